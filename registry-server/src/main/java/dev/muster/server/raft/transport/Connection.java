// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jdk.net.ExtendedSocketOptions;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * A socket that carries frames. A connection begins with eight bytes that name the protocol, sent by the one who makes
 * it. A frame is the number of the bytes that follow (4 bytes, big-endian), its {@link Kind} (1 byte) and its message.
 *
 * <p>One thread reads; writing is thread-safe.
 */
final class Connection implements Closeable {
    private static final byte[] PROTOCOL = "MUSTER-1".getBytes(StandardCharsets.US_ASCII);
    private static final int GREETING_MILLIS = 10_000;
    private static final int LENGTH_BYTES = 4;
    private static final int HEADER_BYTES = LENGTH_BYTES + 1;
    private static final int BUFFER_BYTES = 64 * 1024;

    /** A batch of entries has at most two megabytes, a chunk of a snapshot as well. */
    static final int MAX_FRAME_BYTES = 8 * 1024 * 1024;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** Takes the socket over. */
    Connection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        findOutWhenTheHostIsGone(socket);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        this.out = socket.getOutputStream();
    }

    /** Within half a minute where the system lets us say so, and otherwise within its own two hours. */
    private static void findOutWhenTheHostIsGone(Socket socket) throws IOException {
        socket.setKeepAlive(true);
        if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 15);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
        }
    }

    /** A connection that was just made: says who speaks. */
    static Connection begin(Socket socket) throws IOException {
        Connection connection = new Connection(socket);
        connection.out.write(PROTOCOL);
        return connection;
    }

    /** Reads how the other side begins, which it does at once; false if it is no peer, or left without a word. */
    boolean beginsAsPeer() throws IOException {
        socket.setSoTimeout(GREETING_MILLIS);
        boolean peer = Arrays.equals(in.readNBytes(PROTOCOL.length), PROTOCOL);
        socket.setSoTimeout(0);
        return peer;
    }

    /** The next frame; null at the end of the connection. */
    @Nullable
    Frame read() throws IOException {
        int length;
        try {
            length = in.readInt();
        } catch (EOFException end) {
            return null;
        }
        if (length < 1 || length > MAX_FRAME_BYTES) {
            throw new IOException("a frame of " + length + " bytes; 1 to " + MAX_FRAME_BYTES + " are allowed");
        }
        byte code = in.readByte();
        Kind kind = Kind.of(code);
        if (kind == null) {
            throw new IOException("a frame of the unknown kind " + code);
        }
        // Takes memory for what has come, and not for what is only announced.
        byte[] message = in.readNBytes(length - 1);
        if (message.length < length - 1) {
            throw new EOFException("the connection ended within a frame");
        }
        return new Frame(kind, UnsafeByteOperations.unsafeWrap(message));
    }

    void write(Kind kind, MessageLite message) throws IOException {
        int size = message.getSerializedSize();
        byte[] frame = frame(kind, size);
        CodedOutputStream coded = CodedOutputStream.newInstance(frame, HEADER_BYTES, size);
        message.writeTo(coded);
        coded.checkNoSpaceLeft();
        write(frame);
    }

    void refuse(String why) throws IOException {
        ByteString text = ByteString.copyFromUtf8(why);
        byte[] frame = frame(Kind.REFUSAL, text.size());
        text.copyTo(frame, HEADER_BYTES);
        write(frame);
    }

    private static byte[] frame(Kind kind, int size) throws IOException {
        if (size >= MAX_FRAME_BYTES) {
            throw new IOException("a message of " + size + " bytes; less than " + MAX_FRAME_BYTES + " are allowed");
        }
        byte[] frame = new byte[HEADER_BYTES + size];
        ByteBuffer.wrap(frame).putInt(size + 1).put(kind.code());
        return frame;
    }

    private synchronized void write(byte[] frame) throws IOException {
        out.write(frame);
    }

    @Override
    public void close() {
        close(socket);
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }
}
