// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.core.event.EventRecord;
import dev.muster.server.storage.DurableFile;
import dev.muster.v1.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of events without a gap between them.
 *
 * <pre>
 * header   "MUSTEVT1", epoch fingerprint, first sequence, CRC-32C of these     8 + 8 + 8 + 4 bytes
 * record   length, CRC-32C of epoch, sequence, length and event, event        4 + 4 + length bytes
 * </pre>
 *
 * The checksum of a record covers its place, so a good record in a wrong place is a bad one. A record is read only after
 * its checksum was verified. Used by one thread at a time.
 */
final class Segment {
    static final int HEADER_BYTES = 28;
    static final int RECORD_HEADER_BYTES = 8;

    /** Above any event that a command can make. */
    static final int MAX_EVENT_BYTES = 64 * 1024;

    private static final long MAGIC = 0x4d55535445565431L;

    private final Path file;
    private final long epoch;
    private final long first;
    /** Where each record begins, and behind the last one where the next will. */
    private int[] offsets;

    private int count;
    private long lastMillis;

    private Segment(Path file, long epoch, long first) {
        this.file = file;
        this.epoch = epoch;
        this.first = first;
        this.offsets = new int[64];
        this.offsets[0] = HEADER_BYTES;
    }

    /** Begins an empty file. */
    static Segment create(Path file, long epoch, long first) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC).putLong(epoch).putLong(first);
        header.putInt(checksum(header.array(), HEADER_BYTES - 4));
        DurableFile.replace(file, header.array());
        return new Segment(file, epoch, first);
    }

    /**
     * Reads a file through. Of a damaged one everything before the damage can be read; the rest has to be {@link #cut}.
     *
     * @throws DamagedSegmentException if not even the header is good
     */
    static Opened open(Path file, long epoch, long first) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        checkHeader(file, bytes, epoch, first);
        Segment segment = new Segment(file, epoch, first);
        try {
            int offset = HEADER_BYTES;
            while (offset < bytes.length) {
                Event event = segment.decode(bytes, offset, 0, segment.next());
                offset += RECORD_HEADER_BYTES + event.getSerializedSize();
                segment.added(event.getTimeMillis(), offset);
            }
            return new Opened(segment, null);
        } catch (DamagedSegmentException damage) {
            return new Opened(segment, damage);
        }
    }

    /** A file that was read through, and what was wrong with it. */
    record Opened(Segment segment, @Nullable DamagedSegmentException damage) {}

    private static void checkHeader(Path file, byte[] bytes, long epoch, long first) throws DamagedSegmentException {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES
                || header.getInt(HEADER_BYTES - 4) != checksum(bytes, HEADER_BYTES - 4)
                || header.getLong(0) != MAGIC
                || header.getLong(8) != epoch
                || header.getLong(16) != first) {
            throw new DamagedSegmentException(file, 0, first, "its header is not one of this epoch and place");
        }
    }

    /** The sequence of the first event, whether it is there yet or not. */
    long first() {
        return first;
    }

    /** The sequence of the last event; one below the first when there is none. */
    long last() {
        return first + count - 1;
    }

    /** The sequence that can be appended. */
    long next() {
        return first + count;
    }

    int count() {
        return count;
    }

    long bytes() {
        return offsets[count];
    }

    /** The time of the last event. */
    long lastMillis() {
        return lastMillis;
    }

    /** Adds events, the first of which has the sequence {@link #next}. Survives the death of the process. */
    void append(List<EventRecord> events) throws IOException {
        long start = bytes();
        int size = 0;
        for (EventRecord event : events) {
            size += RECORD_HEADER_BYTES + event.bytes();
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        long sequence = next();
        for (EventRecord event : events) {
            put(event, sequence++, buffer);
        }
        buffer.flip();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long position = start;
            while (buffer.hasRemaining()) {
                position += channel.write(buffer, position);
            }
        }
        long end = start;
        for (EventRecord event : events) {
            end += RECORD_HEADER_BYTES + event.bytes();
            added(event.timeMillis(), Math.toIntExact(end));
        }
    }

    /**
     * The events from one to another, both of which are here, as many as fit so many bytes but at least one.
     *
     * @throws DamagedSegmentException if one of them is not what was written
     */
    List<Event> read(long from, long to, int maxBytes) throws IOException {
        int begin = Math.toIntExact(from - first);
        int end = Math.toIntExact(to - first) + 1;
        while (end > begin + 1 && offsets[end] - offsets[begin] > maxBytes) {
            end--;
        }
        byte[] bytes = new byte[offsets[end] - offsets[begin]];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long position = offsets[begin];
            while (buffer.hasRemaining()) {
                int read = channel.read(buffer, position);
                if (read < 0) {
                    throw new DamagedSegmentException(file, position, from, "it ends here");
                }
                position += read;
            }
        }
        List<Event> events = new ArrayList<>(end - begin);
        for (int i = begin; i < end; i++) {
            events.add(decode(bytes, offsets[i] - offsets[begin], offsets[begin], first + i));
        }
        return events;
    }

    /** Drops the event of this sequence and all behind it. */
    void cut(long sequence) throws IOException {
        int kept = Math.toIntExact(Math.max(0, sequence - first));
        count = Math.min(count, kept);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(offsets[count]);
            channel.force(true);
        }
        if (count > 0) {
            lastMillis = read(last(), last(), MAX_EVENT_BYTES).get(0).getTimeMillis();
        }
    }

    /** Makes what was appended survive a power loss. */
    void sync() throws IOException {
        DurableFile.sync(file);
    }

    void delete() throws IOException {
        DurableFile.delete(file);
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private void added(long millis, int end) {
        if (count + 2 > offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        lastMillis = millis;
        offsets[++count] = end;
    }

    private void put(EventRecord event, long sequence, ByteBuffer out) {
        if (event.sequence() != sequence || event.bytes() > MAX_EVENT_BYTES) {
            throw new IllegalStateException("event " + event.sequence() + " of " + event.bytes()
                    + " bytes (expected: event " + sequence + " of at most " + MAX_EVENT_BYTES + ")");
        }
        int header = out.position();
        event.encoded().copyTo(out.position(header + RECORD_HEADER_BYTES));
        int checksum = checksum(sequence, out.duplicate().flip().position(header + RECORD_HEADER_BYTES));
        out.putInt(header, event.bytes()).putInt(header + 4, checksum);
    }

    private Event decode(byte[] bytes, int offset, long base, long sequence) throws DamagedSegmentException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int left = bytes.length - offset - RECORD_HEADER_BYTES;
        int length = left < 0 ? -1 : buffer.getInt(offset);
        if (length < 0 || length > left || length > MAX_EVENT_BYTES) {
            throw damaged(base + offset, sequence, "event " + sequence + " is cut off or has a wrong length");
        }
        int begin = offset + RECORD_HEADER_BYTES;
        if (buffer.getInt(offset + 4) != checksum(sequence, ByteBuffer.wrap(bytes, begin, length))) {
            throw damaged(base + offset, sequence, "the checksum of event " + sequence + " is wrong");
        }
        try {
            Event event = Event.parser().parseFrom(bytes, begin, length);
            if (event.getSequence() == sequence && event.getSerializedSize() == length) {
                return event;
            }
        } catch (InvalidProtocolBufferException unreadable) {
            throw damaged(base + offset, sequence, "event " + sequence + " is not one: " + unreadable.getMessage());
        }
        throw damaged(base + offset, sequence, "another event stands in the place of event " + sequence);
    }

    private DamagedSegmentException damaged(long offset, long sequence, String what) {
        return new DamagedSegmentException(file, offset, sequence, what);
    }

    private int checksum(long sequence, ByteBuffer encoded) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(20)
                .putLong(epoch)
                .putLong(sequence)
                .putInt(encoded.remaining())
                .flip());
        crc.update(encoded);
        return (int) crc.getValue();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
