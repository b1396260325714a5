// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.core.Limits;
import dev.muster.core.Rejection;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The format of a log entry: commands behind a header that says whose they are.
 *
 * <p>What {@link #decode} returns is what {@link #encode} was given, by the same cluster and group; anything else, down
 * to a single flipped bit, is refused. Numbers are big-endian:
 *
 * <pre>
 *   8  magic "MUSTRLOG"
 *   4  CRC32C of all bytes that follow
 *   1  format version, 1
 *   1  length of the cluster id, then the id in UTF-8
 *   1  length of the group id, then the id in UTF-8
 *   4  number of commands
 *      each command: its length as a varint, its encoded {@link Command}
 * </pre>
 *
 * <p>Stateless, thus thread-safe.
 */
public final class EntryCodec {
    private static final byte[] MAGIC = "MUSTRLOG".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final int CRC_BYTES = Integer.BYTES;
    private static final int MAX_ID_BYTES = 255;
    private static final int MIN_ENTRY_BYTES = MAGIC.length + CRC_BYTES + 3 + Integer.BYTES;

    private EntryCodec() {}

    /**
     * The entry of the commands, in their order.
     *
     * @throws Rejection LIMIT if it would be larger than {@link Limits#MAX_ENTRY_BYTES} or hold more than
     *     {@link Limits#MAX_ENTRY_COMMANDS}
     */
    public static ByteString encode(String clusterId, String groupId, List<Command> commands) {
        byte[] cluster = id("cluster id", clusterId);
        byte[] group = id("group id", groupId);
        long size = (long) headerBytes(cluster, group) + bodyBytes(commands);
        if (size > Limits.MAX_ENTRY_BYTES) {
            throw Rejection.of(
                    Reason.REASON_LIMIT,
                    "log entry: " + size + " bytes (expected: at most " + Limits.MAX_ENTRY_BYTES + ")");
        }
        if (commands.size() > Limits.MAX_ENTRY_COMMANDS) {
            throw Rejection.of(
                    Reason.REASON_LIMIT,
                    "log entry: " + commands.size() + " commands (expected: at most " + Limits.MAX_ENTRY_COMMANDS
                            + ")");
        }
        byte[] entry = new byte[(int) size];
        ByteBuffer header = ByteBuffer.wrap(entry);
        header.put(MAGIC).putInt(0).put(VERSION);
        header.put((byte) cluster.length).put(cluster);
        header.put((byte) group.length).put(group);
        header.putInt(commands.size());
        write(commands, CodedOutputStream.newInstance(entry, header.position(), header.remaining()));
        header.putInt(MAGIC.length, checksum(entry));
        return UnsafeByteOperations.unsafeWrap(entry);
    }

    /** How many bytes the command takes in an entry. */
    public static int encodedBytes(Command command) {
        int size = command.getSerializedSize();
        return CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }

    /** How many bytes an entry takes without its commands. */
    public static int headerBytes(String clusterId, String groupId) {
        return headerBytes(id("cluster id", clusterId), id("group id", groupId));
    }

    /** The commands of the entry that stands between the buffer's position and limit; neither is moved. */
    public static List<Command> decode(String clusterId, String groupId, ByteBuffer entry)
            throws MalformedEntryException {
        if (entry.remaining() > Limits.MAX_ENTRY_BYTES) {
            throw new MalformedEntryException(
                    "log entry: " + entry.remaining() + " bytes (expected: at most " + Limits.MAX_ENTRY_BYTES + ")");
        }
        byte[] bytes = new byte[entry.remaining()];
        entry.duplicate().get(bytes);
        if (bytes.length < MIN_ENTRY_BYTES || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new MalformedEntryException("not a log entry: wrong magic, or only " + bytes.length + " bytes long");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).position(MAGIC.length);
        if (in.getInt() != checksum(bytes)) {
            throw new MalformedEntryException("log entry: wrong checksum; its bytes are damaged");
        }
        byte version = in.get();
        if (version != VERSION) {
            throw new MalformedEntryException("log entry: format version " + version + " (expected: " + VERSION + ")");
        }
        try {
            expect("cluster id", clusterId, readId(in));
            expect("group id", groupId, readId(in));
            return readCommands(bytes, in);
        } catch (BufferUnderflowException e) {
            throw new MalformedEntryException("log entry: its header is cut short", e);
        }
    }

    private static String readId(ByteBuffer in) {
        byte[] id = new byte[Byte.toUnsignedInt(in.get())];
        in.get(id);
        return new String(id, StandardCharsets.UTF_8);
    }

    private static void expect(String what, String expected, String found) throws MalformedEntryException {
        if (!found.equals(expected)) {
            throw new MalformedEntryException("log entry: " + what + " " + found + " (expected: " + expected + ")");
        }
    }

    private static List<Command> readCommands(byte[] bytes, ByteBuffer in) throws MalformedEntryException {
        int count = in.getInt();
        if (count < 0 || count > in.remaining()) {
            throw new MalformedEntryException("log entry: " + count + " commands in " + in.remaining() + " bytes");
        }
        CodedInputStream body = CodedInputStream.newInstance(bytes, in.position(), in.remaining());
        List<Command> commands = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                int limit = body.pushLimit(body.readRawVarint32());
                commands.add(Command.parseFrom(body));
                body.checkLastTagWas(0);
                body.popLimit(limit);
            }
            if (!body.isAtEnd()) {
                throw new MalformedEntryException("log entry: more bytes than its " + count + " commands");
            }
        } catch (IOException e) {
            throw new MalformedEntryException("log entry: command " + commands.size() + " is not readable", e);
        }
        return List.copyOf(commands);
    }

    private static byte[] id(String what, String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_ID_BYTES) {
            throw Rejection.invalid(what, id, "at most " + MAX_ID_BYTES + " bytes");
        }
        return bytes;
    }

    private static int headerBytes(byte[] cluster, byte[] group) {
        return MAGIC.length + CRC_BYTES + 1 + 1 + cluster.length + 1 + group.length + Integer.BYTES;
    }

    private static long bodyBytes(List<Command> commands) {
        long size = 0;
        for (Command command : commands) {
            size += encodedBytes(command);
        }
        return size;
    }

    private static void write(List<Command> commands, CodedOutputStream out) {
        out.useDeterministicSerialization();
        try {
            for (Command command : commands) {
                out.writeUInt32NoTag(command.getSerializedSize());
                command.writeTo(out);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("a command has another size than it said", e);
        }
    }

    private static int checksum(byte[] entry) {
        int from = MAGIC.length + CRC_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(entry, from, entry.length - from);
        return (int) crc.getValue();
    }
}
