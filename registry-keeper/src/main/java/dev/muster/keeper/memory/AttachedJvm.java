// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.AttachException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Another JVM of this host that answers the diagnostic commands of {@code jcmd}, without a process for each of them.
 *
 * <p>Speaks the first version of HotSpot's attach protocol, which every JVM from 17 to 25 takes. No answer is waited for
 * longer than the bound of its command, also when the JVM is stopped or hung. Needs the JVM's user, or root.
 * Thread-safe: each command has a connection of its own.
 */
public final class AttachedJvm {
    /** What {@link #run(String, Duration)} reads at most; the rest of an answer is left out. */
    private static final int MAX_TEXT_BYTES = 4 << 20;

    private static final int BUFFER_BYTES = 16 << 10;
    private static final int MAX_CODE_CHARS = 11;
    private static final long SOCKET_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final JvmProcess process;
    private final AttachSocket socket;

    /** Does nothing yet. */
    public AttachedJvm(JvmProcess process) {
        this.process = process;
        this.socket = new AttachSocket(process);
    }

    /** The process that is asked. */
    public JvmProcess process() {
        return process;
    }

    /**
     * Runs a diagnostic command.
     *
     * @param command as {@code jcmd} takes it, for instance {@code VM.flags -all}
     * @param bound how long the whole answer may take; an unused attach socket is opened within it
     * @return the answer, its first 4 MiB
     * @throws AttachException if there was no answer, with the kind
     */
    public String run(String command, Duration bound) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        run(command, bound, new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                text.write(bytes, from, Math.min(length, MAX_TEXT_BYTES - text.size()));
            }
        });
        return text.toString(StandardCharsets.UTF_8);
    }

    /**
     * Runs a diagnostic command and writes the answer as it comes.
     *
     * @param answer takes the text in UTF-8; not closed
     * @throws AttachException if there was no answer or it did not end in time; a part of it may have been written
     * @throws IOException if the answer cannot be written
     */
    public void run(String command, Duration bound, OutputStream answer) throws IOException {
        long deadline = System.nanoTime() + bound.toNanos();
        Path path = open(deadline);
        try (Selector selector = Selector.open();
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            connect(channel, path);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer request = request(command);
            while (request.hasRemaining()) {
                await(selector, deadline);
                write(channel, request);
            }
            key.interestOps(SelectionKey.OP_READ);
            copy(channel, selector, deadline, answer);
        }
    }

    /** Leaves nothing of the asking behind. Commands may still be run. */
    public void forget() {
        synchronized (socket) {
            socket.forget();
        }
    }

    /** Finds the socket; makes the JVM open it if it is not there. */
    private Path open(long deadline) throws IOException {
        synchronized (socket) {
            boolean asked = false;
            while (true) {
                try {
                    Path path = socket.path();
                    socket.forget();
                    return path;
                } catch (NoSuchFileException e) {
                    asked = asked || socket.ask();
                    checkTime(deadline);
                    LockSupport.parkNanos(SOCKET_LOOK_NANOS);
                }
            }
        }
    }

    private void connect(SocketChannel channel, Path path) throws IOException {
        boolean connected;
        try {
            connected = channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            throw socket.notConnected(path, e);
        }
        if (!connected) {
            throw new AttachException(Kind.SILENT, "the JVM " + process.pid() + " takes no further command");
        }
    }

    private void write(SocketChannel channel, ByteBuffer request) throws IOException {
        try {
            channel.write(request);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** An answer is a number, a line's end, and text until the connection ends. */
    private void copy(SocketChannel channel, Selector selector, long deadline, OutputStream answer) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        StringBuilder code = new StringBuilder();
        boolean inCode = true;
        ByteArrayOutputStream refusal = new ByteArrayOutputStream();
        while (true) {
            await(selector, deadline);
            int read;
            try {
                read = channel.read(buffer.clear());
            } catch (IOException e) {
                throw broken(e);
            }
            if (read < 0) {
                break;
            }
            buffer.flip();
            while (inCode && buffer.hasRemaining()) {
                char next = (char) buffer.get();
                inCode = next != '\n';
                if (inCode) {
                    code.append(next);
                }
                if (code.length() > MAX_CODE_CHARS) {
                    throw new AttachException(Kind.REFUSED, "process " + process.pid() + " answers as no JVM does");
                }
            }
            OutputStream to = code.toString().equals("0") ? answer : refusal;
            to.write(buffer.array(), buffer.position(), buffer.remaining());
        }
        if (inCode) {
            throw broken(new IOException("the connection ended"));
        }
        if (!code.toString().equals("0")) {
            throw new AttachException(
                    Kind.REFUSED,
                    "the JVM " + process.pid() + " refused: "
                            + refusal.toString(StandardCharsets.UTF_8).strip());
        }
    }

    private void await(Selector selector, long deadline) throws IOException {
        checkTime(deadline);
        selector.selectedKeys().clear();
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }

    private void checkTime(long deadline) throws AttachException {
        if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
            throw process.isAlive()
                    ? new AttachException(Kind.SILENT, "the JVM " + process.pid() + " gave no answer in time")
                    : socket.gone();
        }
    }

    private AttachException broken(IOException e) {
        return process.isAlive()
                ? new AttachException(
                        Kind.SILENT, "the JVM " + process.pid() + " broke off its answer: " + e.getMessage())
                : socket.gone();
    }

    private static ByteBuffer request(String command) {
        return StandardCharsets.UTF_8.encode("1\0jcmd\0" + command + "\0\0\0");
    }
}
