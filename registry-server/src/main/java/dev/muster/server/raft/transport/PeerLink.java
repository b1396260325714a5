// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Asks one peer, one request after the other. The connection is made when it is needed, and again after it broke: a
 * request that failed may have been done or not, and its reply will not come any more.
 *
 * <p>One thread calls; {@link #hangUp} and {@link #close} may come from any other and end a call that waits.
 */
public final class PeerLink implements Closeable {
    private final InetSocketAddress address;
    private final int connectMillis;
    private final int replyMillis;

    private @Nullable Socket socket;
    private @Nullable Connection connection;
    private boolean closed;

    /** A link to an address; a reply is waited for as long as {@code replyMillis}. */
    public PeerLink(InetSocketAddress address, int connectMillis, int replyMillis) {
        this.address = address;
        this.connectMillis = connectMillis;
        this.replyMillis = replyMillis;
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @throws RefusedException if the peer says that it does not do it
     * @throws IOException if nobody knows
     */
    public <R extends MessageLite> R call(Kind kind, MessageLite request, Parser<R> replies) throws IOException {
        Connection current = connected();
        Frame reply;
        try {
            current.write(kind, request);
            reply = current.read();
            if (reply == null) {
                throw new EOFException("the peer at " + address + " ended the connection");
            }
            if (reply.kind() == kind) {
                return reply.message(replies);
            }
        } catch (IOException | RuntimeException e) {
            hangUp();
            throw e;
        }
        if (reply.kind() == Kind.REFUSAL) {
            throw new RefusedException(reply.bytes().toStringUtf8());
        }
        hangUp();
        throw new IOException("a reply of kind " + reply.kind() + " to a request of kind " + kind);
    }

    /** Says that a peer is there, on a connection that is to carry nothing else. */
    public static void greet(Socket socket) throws IOException {
        Connection.begin(socket);
    }

    private Connection connected() throws IOException {
        Socket made;
        synchronized (this) {
            if (connection != null) {
                return connection;
            }
            if (closed) {
                throw new SocketException("the link is closed");
            }
            made = new Socket();
            socket = made;
        }
        try {
            made.connect(new InetSocketAddress(address.getHostString(), address.getPort()), connectMillis);
            made.setSoTimeout(replyMillis);
            return connected(made, Connection.begin(made));
        } catch (IOException | RuntimeException e) {
            hangUp();
            throw e;
        }
    }

    private synchronized Connection connected(Socket made, Connection begun) throws IOException {
        if (socket != made) {
            begun.close();
            throw new SocketException("somebody hung up");
        }
        connection = begun;
        return begun;
    }

    /** Ends the connection, made or in the making, if there is one; the next call makes another. */
    public synchronized void hangUp() {
        connection = null;
        if (socket != null) {
            Connection.close(socket);
            socket = null;
        }
    }

    /** Ends it for good. */
    @Override
    public synchronized void close() {
        closed = true;
        hangUp();
    }
}
