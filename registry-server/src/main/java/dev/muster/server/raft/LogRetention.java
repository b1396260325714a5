// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How much of the log is kept below the older snapshot, so that a node that was away for a moment need not fetch a whole
 * one: the newest files of it that have so many bytes together. Bytes and not entries, because a node reads the log
 * when it starts, and an entry may be anything from a clock's tick to a thousand registrations. Stateless.
 */
final class LogRetention {
    private LogRetention() {}

    /** The last entry that nobody needs, of the log in this folder; -1 for none. */
    static long lastToPurge(Path current, long olderSnapshot, long keepBytes) throws IOException {
        long kept = 0;
        for (Path segment : newestFirst(current)) {
            long end = SegmentPreflight.endOfClosedSegment(segment);
            if (end > olderSnapshot) {
                continue;
            }
            if (kept >= keepBytes) {
                return end;
            }
            kept += Files.size(segment);
        }
        return -1;
    }

    private static List<Path> newestFirst(Path current) throws IOException {
        List<Path> segments = new ArrayList<>();
        try (var files = Files.list(current)) {
            files.filter(file -> SegmentPreflight.endOfClosedSegment(file) >= 0).forEach(segments::add);
        }
        segments.sort(Comparator.comparing(SegmentPreflight::endOfClosedSegment).reversed());
        return segments;
    }
}
