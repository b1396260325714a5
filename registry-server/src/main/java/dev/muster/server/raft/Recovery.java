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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;

/**
 * What the disk of a stopped node holds: its newest snapshot, and behind that every whole entry of its log, whether or
 * not the node ever heard that a majority has it. A node itself may not go that far, because a leader could still take
 * back what it has not heard of. When the majority is gone there is none who could. Changes nothing on the disk. For one
 * thread.
 */
public final class Recovery {
    private static final SizeInBytes LONGEST_ENTRY = SizeInBytes.valueOf(2L * Limits.MAX_ENTRY_BYTES);

    /**
     * What was found.
     *
     * @param state after the last entry
     * @param term of the last entry
     * @param index of the last entry
     * @param known the node knew that everything up to this index was on a majority of disks
     * @param once everything up to this index was on this disk once
     * @param damage what could not be read, for people
     */
    public record Found(RegistryState state, long term, long index, long known, long once, List<String> damage) {
        /** Copies the list. */
        public Found {
            damage = List.copyOf(damage);
        }

        /** Whether entries are missing that the node had once. */
        public boolean isIncomplete() {
            return index < once;
        }
    }

    private final String clusterId;
    private final List<String> damage = new ArrayList<>();
    private RegistryState state = RegistryState.empty();
    private TermIndex position = TermIndex.INITIAL_VALUE;

    private Recovery(String clusterId) {
        this.clusterId = clusterId;
    }

    /**
     * Reads what is whole, up to the first damage in the log.
     *
     * @throws StorageException if it was written by a newer release, or there is nothing to be read
     */
    public static Found read(DataFolder folder) {
        Recovery recovery = new Recovery(folder.identity().clusterId());
        try {
            long mark = DurableMark.read(folder.durableMark());
            Applied snapshot = new SnapshotStore(folder)
                    .newest((file, why) ->
                            recovery.damage.add(file + " is damaged and was left out: " + why.getMessage()));
            if (snapshot != null) {
                recovery.state = snapshot.state();
                recovery.position = snapshot.position();
            }
            long known = Math.max(mark, recovery.position.getIndex());
            long once = known;
            for (Path file : StoragePreflight.filesOf(folder)) {
                once = Math.max(once, SegmentPreflight.endOfClosedSegment(file));
            }
            recovery.applyLog(folder);
            if (recovery.position.getIndex() < 0) {
                throw new StorageException(
                        Kind.UNUSABLE, folder.raft() + " holds nothing that can be read " + recovery.damage);
            }
            return new Found(
                    recovery.state,
                    recovery.position.getTerm(),
                    recovery.position.getIndex(),
                    known,
                    once,
                    recovery.damage);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot read " + folder.raft() + ": " + e.getMessage(), e);
        }
    }

    private void applyLog(DataFolder folder) throws IOException {
        for (LogSegmentPath segment : segments(folder)) {
            try {
                LogSegment.readSegmentFile(
                        segment.getPath().toFile(),
                        segment.getStartEnd(),
                        LONGEST_ENTRY,
                        CorruptionPolicy.EXCEPTION,
                        null,
                        this::apply);
            } catch (IOException | IllegalStateException e) {
                // Ratis says the latter of a gap, and so does apply.
                damage.add(segment.getPath() + " behind entry " + position.getIndex() + ": " + e.getMessage());
                return;
            }
        }
    }

    private static List<LogSegmentPath> segments(DataFolder folder) throws IOException {
        List<LogSegmentPath> segments = new ArrayList<>();
        for (Path file : StoragePreflight.filesOf(folder)) {
            // Ratis deletes an empty one when it is asked for its name.
            LogSegmentPath segment = Files.size(file) == 0 ? null : LogSegmentPath.matchLogSegment(file);
            if (segment != null) {
                segments.add(segment);
            }
        }
        segments.sort(Comparator.comparing(LogSegmentPath::getStartEnd));
        return segments;
    }

    private void apply(LogEntryProto entry) {
        TermIndex next = TermIndex.valueOf(entry);
        if (next.getIndex() <= position.getIndex()) {
            return;
        }
        if (next.getIndex() != position.getIndex() + 1 || next.getTerm() < position.getTerm()) {
            throw new IllegalStateException("the next entry is " + next);
        }
        if (entry.hasStateMachineLogEntry()) {
            for (Command command : commands(entry)) {
                state = Registry.apply(state, command).state();
            }
        }
        position = next;
    }

    private List<Command> commands(LogEntryProto entry) {
        try {
            List<Command> commands = EntryCodec.decode(
                    clusterId,
                    RaftReplica.GROUP,
                    entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
            if (commands.stream()
                    .anyMatch(command -> command.getRaiseFeatureLevel().getLevel() > Limits.FEATURE_LEVEL)) {
                throw new StorageException(
                        Kind.NEWER,
                        "entry " + entry.getIndex() + " was written by a newer release; recover it with that");
            }
            return commands;
        } catch (MalformedEntryException e) {
            // All nodes skip it alike.
            return List.of();
        }
    }
}
