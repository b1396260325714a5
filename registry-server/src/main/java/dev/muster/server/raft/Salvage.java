// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.Limits;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.internal.v1.Command;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableMark;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;

/**
 * What the disk of a stopped node holds: its newest snapshot, and behind that every whole entry of its log, whether or
 * not the node ever heard that a majority has it. A node itself may not go that far, because a leader could still take
 * back what it has not heard of. When the majority is gone there is none who could. For one thread.
 */
public final class Salvage {
    private static final SizeInBytes LONGEST_ENTRY = SizeInBytes.valueOf(2L * Limits.MAX_ENTRY_BYTES);

    /**
     * What was found.
     *
     * @param state after the last entry
     * @param term of the last entry
     * @param index of the last entry
     * @param known the node knew that everything up to this index was on a majority of disks
     */
    public record Found(RegistryState state, long term, long index, long known) {}

    private final String clusterId;
    private RegistryState state = RegistryState.empty();
    private TermIndex position = TermIndex.INITIAL_VALUE;

    private Salvage(String clusterId) {
        this.clusterId = clusterId;
    }

    /**
     * Reads the folder as its node would at its start, and changes no more of it than that.
     *
     * @throws StorageException if it is not the folder of a member, or what it holds is damaged
     */
    public static Found read(DataFolder folder) {
        Salvage salvage = new Salvage(folder.identity().clusterId());
        try (DurableMark mark = DurableMark.open(folder.durableMark())) {
            Applied snapshot = new SnapshotStore(folder).load();
            StoragePreflight.check(
                    folder,
                    mark.index(),
                    snapshot == null ? -1 : snapshot.position().getIndex());
            if (snapshot != null) {
                salvage.state = snapshot.state();
                salvage.position = snapshot.position();
            }
            long known = Math.max(mark.index(), salvage.position.getIndex());
            for (LogSegmentPath segment : segments(folder)) {
                salvage.apply(segment);
            }
            return new Found(salvage.state, salvage.position.getTerm(), salvage.position.getIndex(), known);
        } catch (UncheckedIOException | IOException e) {
            throw new StorageException(Kind.IO, "cannot read " + folder.raft() + ": " + e.getMessage(), e);
        }
    }

    private static List<LogSegmentPath> segments(DataFolder folder) throws IOException {
        return StoragePreflight.filesOf(folder).stream()
                .map(LogSegmentPath::matchLogSegment)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(LogSegmentPath::getStartEnd))
                .toList();
    }

    private void apply(LogSegmentPath segment) throws IOException {
        LogSegment.readSegmentFile(
                segment.getPath().toFile(),
                segment.getStartEnd(),
                LONGEST_ENTRY,
                CorruptionPolicy.EXCEPTION,
                null,
                entry -> apply(entry, segment.getPath()));
    }

    private void apply(LogEntryProto entry, Path file) {
        TermIndex next = TermIndex.valueOf(entry);
        if (next.getIndex() <= position.getIndex()) {
            return;
        }
        if (next.getIndex() > position.getIndex() + 1 && position.getIndex() >= 0) {
            throw new StorageException(
                    Kind.UNUSABLE,
                    file + ": begins with entry " + next.getIndex() + " (expected: " + (position.getIndex() + 1)
                            + "); what lies between is lost on this disk");
        }
        if (entry.hasStateMachineLogEntry()) {
            for (Command command : commands(entry, file)) {
                state = Registry.apply(state, command).state();
            }
        }
        position = next;
    }

    private List<Command> commands(LogEntryProto entry, Path file) {
        try {
            List<Command> commands = EntryCodec.decode(
                    clusterId,
                    RaftReplica.GROUP,
                    entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
            for (Command command : commands) {
                if (command.getRaiseFeatureLevel().getLevel() > Limits.FEATURE_LEVEL) {
                    throw new StorageException(Kind.NEWER, file + ": written by a newer release; recover it with that");
                }
            }
            return commands;
        } catch (MalformedEntryException e) {
            // All nodes skip it alike.
            return List.of();
        }
    }
}
