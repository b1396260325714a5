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
import java.util.List;
import java.util.Properties;
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
        for (Path current : currentFolders(folder)) {
            lastIndex = Math.max(lastIndex, lastIndexIn(current));
        }
        if (Math.max(lastIndex, snapshotIndex) < mark) {
            throw unusable(
                    folder.raft(),
                    "the log ends at index " + lastIndex + " and the newest snapshot at " + snapshotIndex
                            + ", but this node had made everything up to " + mark + " durable");
        }
        // Last: who hears that the votes are lost may rely on the rest being whole.
        for (Path current : currentFolders(folder)) {
            checkVotes(current);
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

    private void checkVotes(Path current) throws IOException {
        Path votes = current.resolve("raft-meta");
        if (!Files.exists(votes)) {
            return;
        }
        if (Files.size(votes) == 0) {
            // What Ratis leaves when the disk was full while it wrote a vote.
            throw new StorageException(
                    Kind.VOTES_LOST,
                    votes + ": the file that remembers this node's votes is empty; " + folder.howToRejoin());
        }
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(votes)) {
            properties.load(in);
        }
        if (properties.getProperty("term") == null || properties.getProperty("votedFor") == null) {
            throw unusable(votes, "the file that remembers this node's votes is damaged");
        }
    }

    private long lastIndexIn(Path current) throws IOException {
        long last = -1;
        List<Path> segments = new ArrayList<>();
        try (var files = Files.list(current)) {
            files.forEach(segments::add);
        }
        for (Path segment : segments) {
            Matcher open = OPEN_SEGMENT.matcher(String.valueOf(segment.getFileName()));
            last = Math.max(
                    last,
                    open.matches()
                            ? checkOpenSegment(segment, Long.parseLong(open.group(1)))
                            : endOfClosedSegment(segment));
        }
        return last;
    }

    /** The last entry of a closed segment, as its name says; -1 for any other file. */
    static long endOfClosedSegment(Path file) {
        Matcher closed = CLOSED_SEGMENT.matcher(String.valueOf(file.getFileName()));
        return closed.matches() ? Long.parseLong(closed.group(2)) : -1;
    }

    /** Walks the entries of the segment that was being written; returns the index of the last whole one. */
    private long checkOpenSegment(Path segment, long firstIndex) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int end = endOfData(bytes);
        if (end <= HEADER.length) {
            return firstIndex - 1;
        }
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
