// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Many sessions of ZooKeeper on one thread. Its own client takes two threads for each, so that a thousand of them would
 * measure the client; the servers see no difference.
 */
final class RawSessions implements AutoCloseable {
    /** The number of a ping in both directions. */
    static final int PING = -2;
    /** The number of what is not an answer but an event. */
    static final int NOTIFICATION = -1;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_FRAME = 1 << 20;

    private final Selector selector = Selector.open();
    private final List<Session> sessions = new ArrayList<>();
    private final CountDownLatch connected;
    private final Listener listener;
    private volatile @Nullable IOException failure;
    private volatile boolean closed;

    /** Hears of what comes, on the one thread. */
    interface Listener {
        /** An answer or an event of this session; its body follows in the archive. */
        void received(int session, ReplyHeader header, BinaryInputArchive body) throws IOException;
    }

    private static final class Session {
        private final int number;
        private final SocketChannel channel;
        private ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
        private boolean open;

        Session(int number, SocketChannel channel) {
            this.number = number;
            this.channel = channel;
        }
    }

    /** Opens them; returns when the node has granted all. */
    RawSessions(int port, int count, int timeoutMillis, Listener listener) throws IOException, InterruptedException {
        this.listener = listener;
        this.connected = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.socket().setTcpNoDelay(true);
            Session session = new Session(i, channel);
            sessions.add(session);
            write(session, frame(new ConnectRequest(0, 0, timeoutMillis, 0, new byte[16], false)));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, session);
        }
        Thread thread = new Thread(this::run, "zookeeper-sessions");
        thread.setDaemon(true);
        thread.start();
        if (!connected.await(60, TimeUnit.SECONDS)) {
            throw new IOException(connected.getCount() + " sessions were not granted", failure);
        }
    }

    /** Sends a request of a session; its answer bears the number. A request of these few bytes always fits the socket. */
    void send(int session, int number, int type, @Nullable Record body) throws IOException {
        RequestHeader header = new RequestHeader(number, type);
        write(sessions.get(session), body == null ? frame(header) : frame(header, body));
    }

    void ping(int session) throws IOException {
        send(session, PING, ZooDefs.OpCode.ping, null);
    }

    private static ByteBuffer frame(Record... records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryOutputArchive archive = BinaryOutputArchive.getArchive(bytes);
        archive.writeInt(0, "length");
        for (Record record : records) {
            record.serialize(archive, "record");
        }
        ByteBuffer frame = ByteBuffer.wrap(bytes.toByteArray());
        frame.putInt(0, frame.capacity() - Integer.BYTES);
        return frame;
    }

    private static void write(Session session, ByteBuffer frame) throws IOException {
        session.channel.write(frame);
        if (frame.hasRemaining()) {
            throw new IOException("the socket of session " + session.number + " takes no more");
        }
    }

    private void run() {
        try {
            while (!closed) {
                selector.select();
                Set<SelectionKey> keys = selector.selectedKeys();
                for (SelectionKey key : keys) {
                    read((Session) key.attachment());
                }
                keys.clear();
            }
        } catch (ClosedSelectorException e) {
            // Closed meanwhile.
        } catch (IOException e) {
            if (!closed) {
                failure = e;
            }
        }
    }

    private void read(Session session) throws IOException {
        if (session.channel.read(session.in) < 0) {
            throw new IOException("the node closed session " + session.number);
        }
        ByteBuffer in = session.in.flip();
        while (in.remaining() >= Integer.BYTES && in.remaining() - Integer.BYTES >= in.getInt(in.position())) {
            int length = in.getInt();
            ByteArrayInputStream frame = new ByteArrayInputStream(in.array(), in.arrayOffset() + in.position(), length);
            in.position(in.position() + length);
            received(session, BinaryInputArchive.getArchive(frame));
        }
        in.compact();
        if (!in.hasRemaining()) {
            if (in.capacity() >= LONGEST_FRAME) {
                throw new IOException("a frame of more than " + LONGEST_FRAME + " bytes");
            }
            session.in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
        }
    }

    private void received(Session session, BinaryInputArchive archive) throws IOException {
        if (!session.open) {
            // The answer to the first request is the grant, without a header.
            session.open = true;
            connected.countDown();
            return;
        }
        ReplyHeader header = new ReplyHeader();
        header.deserialize(archive, "header");
        listener.received(session.number, header, archive);
    }

    /**
     * Checks that all sessions live.
     *
     * @throws UncheckedIOException with why one does not
     */
    void check() {
        IOException cause = failure;
        if (cause != null) {
            throw new UncheckedIOException(cause);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.close();
        for (Session session : sessions) {
            session.channel.close();
        }
    }
}
