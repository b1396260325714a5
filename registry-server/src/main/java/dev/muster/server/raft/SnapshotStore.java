// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.NewerSnapshotException;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots on this node's disk. What Ratis asks on every round of every appender is answered from memory.
 *
 * <p>Snapshots come from two sides: written here, or installed by the leader, which replaces the whole folder. Between
 * {@link #beginInstall} and {@link #endInstall} nothing is published, so that one never overwrites the other.
 *
 * <p>For an installed one Ratis 3.3.0 moves the folder aside, moves the new one in, and deletes the old one. Of a node that
 * was killed in between, what was moved aside counts as if it had stayed. Thread-safe.
 */
final class SnapshotStore implements StateMachineStorage {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);
    private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");
    private static final int KEPT = 2;

    private final DataFolder data;
    private final Path folder;
    private final Path tmp;
    private volatile @Nullable SingleFileSnapshotInfo latest;
    private boolean installing;

    SnapshotStore(DataFolder data) {
        this.data = data;
        this.folder = data.snapshots();
        this.tmp = data.tmp();
    }

    /** Deals with a snapshot that does not read back whole. */
    interface Damaged {
        void found(Path file, IOException why) throws IOException;
    }

    /**
     * Makes durable what is there, for a process may have been killed before it did, and reads the newest snapshot that
     * is whole. Damaged ones are set aside; one of a newer release is refused.
     */
    synchronized @Nullable Applied load() throws IOException {
        latest = null;
        makeDurable();
        Applied newest = newest((file, why) -> {
            LOG.error("snapshot {} is damaged and set aside: {}", file, why.toString());
            Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
        });
        if (newest != null) {
            latest = info(inPlace(name(newest.position())), newest.position());
        }
        return newest;
    }

    /** The snapshot, back from where it was moved if need be; then all else that was moved aside is older. */
    private Path inPlace(String name) throws IOException {
        Path file = folder.resolve(name);
        for (Path aside : data.snapshotsMovedAside()) {
            if (!Files.exists(file) && Files.exists(aside.resolve(name))) {
                DurableFile.move(aside.resolve(name), file);
            }
        }
        for (Path aside : data.snapshotsMovedAside()) {
            DurableFile.deleteFolder(aside);
        }
        return file;
    }

    /** As {@link #load}, but what to do with damaged ones is for the caller to say, and nothing is remembered. */
    @Nullable
    Applied newest(Damaged damaged) throws IOException {
        for (Path file : newestFirst()) {
            try {
                return read(file);
            } catch (NewerSnapshotException e) {
                throw new StorageException(StorageException.Kind.NEWER, file + ": " + e.getMessage(), e);
            } catch (IOException e) {
                damaged.found(file, e);
            }
        }
        return null;
    }

    /** Reads a snapshot file whole and checks it against its name and its hashes. */
    static Applied read(Path file) throws IOException {
        return read(file, RegistryState.empty());
    }

    /** Reads a file like the other, beside the state that it should hold; see {@link SnapshotCodec}. */
    static Applied read(Path file, RegistryState known) throws IOException {
        TermIndex position = positionOf(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            SnapshotCodec.Snapshot snapshot = SnapshotCodec.read(in, known);
            if (snapshot.header().getTerm() != position.getTerm()
                    || snapshot.header().getIndex() != position.getIndex()) {
                throw new IOException("it says " + snapshot.header().getTerm() + "_"
                        + snapshot.header().getIndex() + " inside");
            }
            RegistryState state = snapshot.state();
            return new Applied(state, position);
        }
    }

    /** Where a snapshot of the position is written until it is published. */
    Path draft(TermIndex position) {
        return tmp.resolve(name(position));
    }

    /**
     * Makes a durable, verified draft the newest snapshot. Returns false, and drops the draft, when an installed
     * snapshot is as new or is just coming in.
     */
    synchronized boolean publish(Path draft, TermIndex position) throws IOException {
        SingleFileSnapshotInfo newest = latest;
        if (installing || (newest != null && newest.getIndex() >= position.getIndex())) {
            Files.deleteIfExists(draft);
            return false;
        }
        Path file = folder.resolve(name(position));
        DurableFile.move(draft, file);
        latest = info(file, position);
        for (Path old : newestFirst().stream().skip(KEPT).toList()) {
            DurableFile.delete(old);
            // An installed one came with a sum of Ratis' own.
            DurableFile.delete(old.resolveSibling(old.getFileName() + ".md5"));
        }
        return true;
    }

    /** From now on the folder belongs to an install. */
    synchronized void beginInstall() {
        installing = true;
    }

    /** The install is done: reads what came in. */
    synchronized Applied endInstall() throws IOException {
        installing = false;
        Applied applied = load();
        if (applied == null) {
            throw new StorageException(
                    StorageException.Kind.UNUSABLE, "no readable snapshot in " + folder + " after an install");
        }
        return applied;
    }

    /** Index of the newest snapshot, 0 for none. */
    long latestIndex() {
        SingleFileSnapshotInfo newest = latest;
        return newest == null ? 0 : newest.getIndex();
    }

    /** Index of the oldest snapshot that is kept, 0 for none. */
    synchronized long oldestIndex() throws IOException {
        List<Path> files = newestFirst();
        return files.isEmpty() ? 0 : positionOf(files.get(files.size() - 1)).getIndex();
    }

    /** Size of the newest snapshot, 0 for none. */
    long latestBytes() {
        SingleFileSnapshotInfo newest = latest;
        return newest == null ? 0 : newest.getFile().getFileSize();
    }

    private void makeDurable() throws IOException {
        for (Path file : newestFirst()) {
            DurableFile.sync(file);
        }
        if (Files.isDirectory(folder)) {
            DurableFile.syncFolder(folder);
            DurableFile.syncFolder(folder.resolveSibling("."));
        }
    }

    private List<Path> newestFirst() throws IOException {
        List<Path> folders = new ArrayList<>(data.snapshotsMovedAside());
        if (Files.isDirectory(folder)) {
            folders.add(folder);
        }
        List<Path> files = new ArrayList<>();
        for (Path each : folders) {
            try (var entries = Files.list(each)) {
                entries.filter(file ->
                                NAME.matcher(String.valueOf(file.getFileName())).matches())
                        .forEach(files::add);
            }
        }
        files.sort(Comparator.comparing(SnapshotStore::positionOf).reversed());
        return files;
    }

    static String name(TermIndex position) {
        return "snapshot." + position.getTerm() + "_" + position.getIndex();
    }

    private static TermIndex positionOf(Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("snapshot file: " + file + " (expected: snapshot.TERM_INDEX)");
        }
        return TermIndex.valueOf(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    private static SingleFileSnapshotInfo info(Path file, TermIndex position) {
        return new SingleFileSnapshotInfo(new FileInfo(file.toAbsolutePath(), null), position);
    }

    @Override
    public void init(RaftStorage raftStorage) {}

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public void format() {}

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}

    @Override
    public File getSnapshotDir() {
        return folder.toAbsolutePath().toFile();
    }

    @Override
    public File getTmpDir() {
        return tmp.toAbsolutePath().toFile();
    }
}
