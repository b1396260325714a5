// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The highest log index that is known to be fsynced here and committed, in a file of its own with its own checksum. It
 * never exceeds the truth, and what is committed is never taken back, so a log that ends below it lost something that
 * was promised. Two slots are written in turn: a torn write spoils
 * one of them only. Used by one thread at a time.
 */
public final class DurableMark implements AutoCloseable {
    private static final int SLOT = 24;

    private final FileChannel channel;
    private long sequence;
    private long index;
    private long syncedIndex;

    private DurableMark(FileChannel channel, long sequence, long index) {
        this.channel = channel;
        this.sequence = sequence;
        this.index = index;
        // The process that wrote the mark may have been killed before it made it durable.
        this.syncedIndex = -1;
    }

    /** What a slot holds. */
    private record Slot(long sequence, long index) {}

    /** Opens the mark; a new one stands at -1. */
    public static DurableMark open(Path file) throws IOException {
        Slot newest = newest(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return new DurableMark(channel, newest.sequence(), newest.index());
    }

    /** The highest index that was marked in the file, -1 for none. */
    public static long read(Path file) throws IOException {
        return newest(file).index();
    }

    private static Slot newest(Path file) throws IOException {
        Slot newest = new Slot(0, -1);
        if (Files.exists(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            for (int slot = 0; slot < 2 && bytes.limit() >= (slot + 1) * SLOT; slot++) {
                long slotSequence = bytes.getLong(slot * SLOT);
                long slotIndex = bytes.getLong(slot * SLOT + 8);
                if (bytes.getLong(slot * SLOT + 16) == checksum(slotSequence, slotIndex)
                        && slotSequence > newest.sequence()) {
                    newest = new Slot(slotSequence, slotIndex);
                }
            }
        }
        return newest;
    }

    /** The highest index that was marked. */
    public long index() {
        return index;
    }

    /** Raises the mark; survives the death of the process. */
    public void raise(long newIndex) throws IOException {
        if (newIndex > index) {
            write(newIndex);
        }
    }

    /** Makes the raised mark survive a power loss too. */
    public void sync() throws IOException {
        if (syncedIndex != index) {
            channel.force(false);
            syncedIndex = index;
        }
    }

    private void write(long newIndex) throws IOException {
        long next = sequence + 1;
        ByteBuffer slot = ByteBuffer.allocate(SLOT);
        slot.putLong(next).putLong(newIndex).putLong(checksum(next, newIndex)).flip();
        long position = (next & 1) * SLOT;
        while (slot.hasRemaining()) {
            position += channel.write(slot, position);
        }
        sequence = next;
        index = newIndex;
    }

    private static long checksum(long sequence, long index) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(sequence).putLong(index).flip());
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
