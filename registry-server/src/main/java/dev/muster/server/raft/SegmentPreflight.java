// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Reads the files of the log, entry by entry, before Ratis does, and makes them durable. A torn tail of the one that was
 * being written is cut, but only above the durable mark and only if nothing follows it; anything else that is not whole
 * is refused. For one thread.
 */
final class SegmentPreflight {
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern OPEN_SEGMENT = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern CLOSED_SEGMENT = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final int CHECKSUM_BYTES = 4;

    private final DataFolder folder;
    private final long mark;
    private final List<String> repairs = new ArrayList<>();

    /** Entries from the first to the last, which is one before the first when there is none. */
    record Span(long first, long last) {}

    SegmentPreflight(DataFolder folder, long mark) {
        this.folder = folder;
        this.mark = mark;
    }

    /** What was cut, for the event log. */
    List<String> repairs() {
        return List.copyOf(repairs);
    }

    /**
     * Which entries the log files of this folder hold, in their order.
     *
     * @throws StorageException if one is damaged that may have been promised
     */
    List<Span> spansIn(Path current) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var entries = Files.list(current)) {
            entries.forEach(files::add);
        }
        List<Span> spans = new ArrayList<>();
        for (Path file : files) {
            Matcher open = OPEN_SEGMENT.matcher(String.valueOf(file.getFileName()));
            Matcher closed = CLOSED_SEGMENT.matcher(String.valueOf(file.getFileName()));
            if (open.matches()) {
                long first = Long.parseLong(open.group(1));
                spans.add(new Span(first, checkOpenSegment(file, first)));
            } else if (closed.matches()) {
                Span named = new Span(Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2)));
                checkClosedSegment(file, named);
                spans.add(named);
            }
        }
        makeDurable(current, files);
        spans.sort(Comparator.comparingLong(Span::first));
        return spans;
    }

    /** Ratis takes what it finds for durable, also when the process that wrote it was killed before its fsync. */
    private static void makeDurable(Path current, List<Path> files) throws IOException {
        for (Path file : files) {
            DurableFile.sync(file);
        }
        DurableFile.syncFolder(current);
    }

    /** The last entry of a closed segment, as its name says; -1 for any other file. */
    static long endOfClosedSegment(Path file) {
        Matcher closed = CLOSED_SEGMENT.matcher(String.valueOf(file.getFileName()));
        return closed.matches() ? Long.parseLong(closed.group(2)) : -1;
    }

    /** Ratis takes a segment for as long as its name says, and looks for ever for an entry that is not in it. */
    private void checkClosedSegment(Path segment, Span named) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        checkHeader(segment, bytes);
        int position = HEADER.length;
        for (long index = named.first(); index <= named.last(); index++) {
            int next = endOfEntry(bytes, position);
            if (next < 0) {
                throw unusable(segment, "entry " + index + " at offset " + position + " is damaged or missing");
            }
            position = next;
        }
    }

    /** Walks the entries of the segment that was being written; returns the index of the last whole one. */
    private long checkOpenSegment(Path segment, long firstIndex) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int end = endOfData(bytes);
        if (end <= HEADER.length) {
            return firstIndex - 1;
        }
        checkHeader(segment, bytes);
        long index = firstIndex;
        int position = HEADER.length;
        while (position < end) {
            int next = endOfEntry(bytes, position);
            if (next < 0) {
                cutTornTail(segment, bytes, position, end, index);
                break;
            }
            position = next;
            index++;
        }
        return index - 1;
    }

    /** Ratis takes a segment whose header is all zeros for an empty one, whatever follows. */
    private void checkHeader(Path segment, ByteBuffer bytes) {
        if (!bytes.slice(0, Math.min(HEADER.length, bytes.limit())).equals(ByteBuffer.wrap(HEADER))) {
            throw unusable(segment, "its header is damaged");
        }
    }

    private static int endOfData(ByteBuffer bytes) {
        int end = bytes.limit();
        while (end > 0 && bytes.get(end - 1) == 0) {
            end--;
        }
        return end;
    }

    /** The position after the entry, or -1 if it is not whole. An entry: varint length, bytes, CRC32C of both. */
    private static int endOfEntry(ByteBuffer bytes, int position) {
        int bodyStart = position;
        long length = 0;
        for (int shift = 0; ; shift += 7) {
            if (shift > 28 || bodyStart >= bytes.limit()) {
                return -1;
            }
            byte b = bytes.get(bodyStart++);
            length |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                break;
            }
        }
        long end = bodyStart + length + CHECKSUM_BYTES;
        if (length == 0 || end > bytes.limit()) {
            return -1;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(position, (int) (end - CHECKSUM_BYTES) - position));
        return bytes.getInt((int) end - CHECKSUM_BYTES) == (int) crc.getValue() ? (int) end : -1;
    }

    private void cutTornTail(Path segment, ByteBuffer bytes, int position, int end, long index) throws IOException {
        if (index <= mark) {
            throw unusable(segment, "entry " + index + " at offset " + position + " is damaged, and it was durable");
        }
        if (followedByWholeEntry(bytes, position, end)) {
            throw unusable(segment, "entry " + index + " at offset " + position + " is damaged, and others follow it");
        }
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.truncate(position);
            channel.force(true);
        }
        repairs.add("cut the half-written entry " + index + " at offset " + position + " of " + segment.getFileName()
                + "; it was never acknowledged");
    }

    /** Whether any whole entry starts after the damaged one: then it is no torn tail. */
    private static boolean followedByWholeEntry(ByteBuffer bytes, int position, int end) {
        for (int start = position + 1; start < end; start++) {
            if (bytes.get(start) != 0 && endOfEntry(bytes, start) > 0) {
                return true;
            }
        }
        return false;
    }

    private StorageException unusable(Path file, String what) {
        return new StorageException(Kind.UNUSABLE, file + ": " + what + "; " + folder.howToRejoin());
    }
}
