// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.SnapshotHeader;
import dev.muster.v1.FollowBackupResponse;
import dev.muster.v1.FollowedEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup that follows its cluster, in a folder: a whole backup {@code base-N}, and behind it {@code log-N} with every
 * log entry since. What it shows is what comes of applying the entries to the base, and each entry has to lead to the
 * chain that it led to in the cluster: a gap, a repeat or a change cannot go unnoticed. For one thread.
 */
public final class BackupFolder implements AutoCloseable {
    private static final String BASE = "base-";
    private static final String LOG = "log-";

    private final Path folder;
    private long generation;
    private byte[] token = {};
    private long revision;
    private @Nullable BackupDraft draft;
    private @Nullable FollowLog log;

    private BackupFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens it to go on, or a new one.
     *
     * @throws BackupException naming file and offset, if what is there is damaged
     */
    public static BackupFolder open(Path folder) throws IOException {
        Files.createDirectories(folder);
        BackupFolder opened = new BackupFolder(folder);
        opened.generation = newest(folder);
        if (opened.generation > 0) {
            Replay replay = replay(folder, opened.generation);
            opened.token = replay.token;
            opened.revision = replay.state.revision();
            if (replay.token.length > 0) {
                opened.log = FollowLog.append(opened.file(LOG, opened.generation), replay.length);
            }
        }
        return opened;
    }

    /** Where to go on; empty for a new one. */
    public byte[] token() {
        return token.clone();
    }

    /** The newest revision that is durable here; 0 for none. */
    public long revision() {
        return revision;
    }

    /** Takes the next piece; when it returns, that is durable. */
    public void take(byte[] piece) throws IOException {
        FollowBackupResponse frame = parse(piece);
        if (frame.getBaseBegins()) {
            abandon();
            draft = BackupFile.create(file(BASE, generation + 1));
        }
        BackupDraft writing = draft;
        if (writing != null) {
            frame.getChunk().writeTo(writing.out());
        }
        if (frame.getBaseEnds() && writing != null) {
            begin(frame, writing);
        } else if (frame.getEntriesCount() > 0 && log != null) {
            log.append(frame);
            revision = frame.getEntries(frame.getEntriesCount() - 1).getRevision();
            token = frame.getResumeToken().toByteArray();
        }
    }

    /** Reads it to its end and checks every byte and every step. */
    public static BackupSummary verify(Path folder) throws IOException {
        Snapshot shown = read(folder);
        long bytes = 0;
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return BackupSummary.of(shown.header(), shown.state(), bytes);
    }

    /** The state that it shows, with where that stands. */
    static Snapshot read(Path folder) throws IOException {
        long newest = newest(folder);
        if (newest == 0) {
            throw new BackupException(folder, "no backup in this folder");
        }
        Replay replay = replay(folder, newest);
        SnapshotHeader header =
                replay.base.header().toBuilder().setIndex(replay.index).build();
        return new Snapshot(header, replay.state);
    }

    @Override
    public void close() throws IOException {
        abandon();
        if (log != null) {
            log.close();
        }
    }

    /** A whole backup is there: from now on changes go behind it, and what was before it is not needed any more. */
    private void begin(FollowBackupResponse end, BackupDraft whole) throws IOException {
        BackupSummary summary = whole.commit();
        abandon();
        if (log != null) {
            log.close();
        }
        generation++;
        log = FollowLog.create(file(LOG, generation));
        log.append(end.toBuilder().clearChunk().build());
        revision = summary.revision();
        token = end.getResumeToken().toByteArray();
        for (long old = generation - 1; old > 0 && Files.exists(file(BASE, old)); old--) {
            Files.deleteIfExists(file(LOG, old));
            Files.delete(file(BASE, old));
        }
    }

    private void abandon() throws IOException {
        if (draft != null) {
            draft.close();
            draft = null;
        }
    }

    private Path file(String kind, long number) {
        return folder.resolve(kind + number);
    }

    private static FollowBackupResponse parse(byte[] piece) {
        try {
            return FollowBackupResponse.parseFrom(piece);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a piece that is none (expected: as it came from the registry)", e);
        }
    }

    private static long newest(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches(BASE + "[0-9]{1,18}"))
                    .mapToLong(name -> Long.parseLong(name.substring(BASE.length())))
                    .max()
                    .orElse(0);
        }
    }

    private static Replay replay(Path folder, long generation) throws IOException {
        Replay replay = new Replay(BackupFile.read(folder.resolve(BASE + generation)));
        Path log = folder.resolve(LOG + generation);
        if (Files.exists(log)) {
            replay.length = FollowLog.read(log, (frame, offset) -> replay.take(frame, log, offset));
        }
        return replay;
    }

    /** The base, and what comes of the entries behind it. */
    private static final class Replay {
        private final Snapshot base;
        private RegistryState state;
        private long index;
        private long length;
        private byte[] token = {};

        Replay(Snapshot base) {
            this.base = base;
            this.state = base.state();
            this.index = base.header().getIndex();
        }

        void take(FollowBackupResponse frame, Path log, long offset) throws BackupException {
            for (FollowedEntry entry : frame.getEntriesList()) {
                apply(entry, log, offset);
            }
            token = frame.getResumeToken().toByteArray();
        }

        private void apply(FollowedEntry entry, Path log, long offset) throws BackupException {
            try {
                List<Command> commands = EntryCodec.decode(
                        base.header().getClusterId(),
                        base.header().getGroupId(),
                        entry.getData().asReadOnlyByteBuffer());
                for (Command command : commands) {
                    state = Registry.apply(state, command).state();
                }
            } catch (MalformedEntryException e) {
                throw new BackupException(log, "entry " + entry.getIndex() + " is damaged, at offset " + offset, e);
            }
            if (state.chain() != entry.getChain() || state.revision() != entry.getRevision()) {
                throw new BackupException(
                        log,
                        "entry " + entry.getIndex() + " does not lead where it led in the cluster, at offset " + offset
                                + ": something before it is missing");
            }
            index = entry.getIndex();
        }
    }
}
