// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.SegmentPreflight.Span;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at what Ratis left on the disk before Ratis does, because Ratis forgives too much and too little: it takes a
 * vanished log for an empty one and goes on voting, it cannot start from an emptied vote file without a word of what to
 * do, and it refuses a log whose last entry was half written when the power went.
 *
 * <p>What is refused has to rejoin with an empty folder. Stateless.
 */
final class StoragePreflight {
    private StoragePreflight() {}

    /**
     * Checks the folder of a member; returns what was repaired, for the event log.
     *
     * @throws StorageException if the node must not start with this folder
     */
    static List<String> check(DataFolder folder, long mark, long snapshotIndex) {
        try {
            List<String> repairs = new ArrayList<>();
            SegmentPreflight segments = new SegmentPreflight(folder, mark);
            List<Span> log = new ArrayList<>();
            for (Path current : currentFolders(folder)) {
                log.addAll(segments.spansIn(current));
            }
            repairs.addAll(segments.repairs());
            checkMarkIsReached(folder, log, snapshotIndex, mark);
            checkNothingIsMissing(folder, log, snapshotIndex);
            // Last: who hears that the votes are lost may rely on the rest being whole.
            for (Path current : currentFolders(folder)) {
                repairs.addAll(MetadataPreflight.check(folder, current));
            }
            return repairs;
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot read " + folder.raft() + ": " + e, e);
        }
    }

    /** All files of the logs and votes that Ratis left. */
    static List<Path> filesOf(DataFolder folder) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path current : currentFolders(folder)) {
            try (var files = Files.list(current)) {
                files.forEach(found::add);
            }
        }
        return found;
    }

    private static List<Path> currentFolders(DataFolder folder) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder.raft())) {
            try (var groups = Files.list(folder.raft())) {
                groups.map(group -> group.resolve("current"))
                        .filter(Files::isDirectory)
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static void checkMarkIsReached(DataFolder folder, List<Span> log, long snapshotIndex, long mark) {
        long last = log.stream().mapToLong(Span::last).max().orElse(-1);
        if (Math.max(last, snapshotIndex) < mark) {
            throw unusable(
                    folder,
                    "the log ends at index " + last + " and the newest snapshot at " + snapshotIndex
                            + ", but this node had made everything up to " + mark + " durable");
        }
    }

    /** Ratis waits for ever for an entry that it is to apply and does not have. */
    private static void checkNothingIsMissing(DataFolder folder, List<Span> log, long snapshotIndex) {
        long next = snapshotIndex + 1;
        for (Span span : log) {
            if (span.first() > next) {
                throw unusable(
                        folder,
                        "the newest snapshot that can be read is that of index " + snapshotIndex + ", and the entries "
                                + next + " to " + (span.first() - 1) + " behind it are not in the log");
            }
            next = Math.max(next, span.last() + 1);
        }
    }

    private static StorageException unusable(DataFolder folder, String what) {
        return new StorageException(Kind.UNUSABLE, folder.raft() + ": " + what + "; " + folder.howToRejoin());
    }
}
