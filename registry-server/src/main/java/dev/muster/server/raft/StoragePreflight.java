// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DataFolder;
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
 * Looks at what Ratis left on the disk before Ratis does, because Ratis forgives too much and too little: it takes a
 * vanished log for an empty one and goes on voting, it cannot start from an emptied vote file without a word of what to
 * do, and it refuses a log whose last entry was half written when the power went.
 *
 * <p>Such a torn tail is cut, but only above the durable mark and only if nothing follows it. Anything else that is not
 * whole is refused: the node has to rejoin with an empty folder.
 */
final class StoragePreflight {
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern OPEN_SEGMENT = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern CLOSED_SEGMENT = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final int CHECKSUM_BYTES = 4;

    private final DataFolder folder;
    private final long mark;
    private final List<String> repairs = new ArrayList<>();

    /** Entries from the first to the last, which is one before the first when there is none. */
    private record Span(long first, long last) {}

    private StoragePreflight(DataFolder folder, long mark) {
        this.folder = folder;
        this.mark = mark;
    }

    /**
     * Checks the folder of a member; returns what was repaired, for the event log.
     *
     * @throws StorageException if the node must not start with this folder
     */
    static List<String> check(DataFolder folder, long mark, long snapshotIndex) {
        StoragePreflight preflight = new StoragePreflight(folder, mark);
        try {
            preflight.run(snapshotIndex);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot read " + folder.raft() + ": " + e, e);
        }
        return preflight.repairs;
    }

    private void run(long snapshotIndex) throws IOException {
        long lastIndex = -1;
        List<Span> log = new ArrayList<>();
        for (Path current : currentFolders(folder)) {
            log.addAll(spansIn(current));
        }
        for (Span span : log) {
            lastIndex = Math.max(lastIndex, span.last());
        }
        if (Math.max(lastIndex, snapshotIndex) < mark) {
            throw unusable(
                    folder.raft(),
                    "the log ends at index " + lastIndex + " and the newest snapshot at " + snapshotIndex
                            + ", but this node had made everything up to " + mark + " durable");
        }
        checkNothingIsMissing(log, snapshotIndex);
        // Last: who hears that the votes are lost may rely on the rest being whole.
        for (Path current : currentFolders(folder)) {
            repairs.addAll(MetadataPreflight.check(folder, current));
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

    /** Which entries the log files hold, in their order. */
    private List<Span> spansIn(Path current) throws IOException {
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
        spans.sort(Comparator.comparingLong(Span::first));
        return spans;
    }

    /** Ratis waits for ever for an entry that it is to apply and does not have. */
    private void checkNothingIsMissing(List<Span> log, long snapshotIndex) {
        long next = snapshotIndex + 1;
        for (Span span : log) {
            if (span.first() > next) {
                throw unusable(
                        folder.raft(),
                        "the newest snapshot that can be read is that of index " + snapshotIndex + ", and the entries "
                                + next + " to " + (span.first() - 1) + " behind it are not in the log");
            }
            next = Math.max(next, span.last() + 1);
        }
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
