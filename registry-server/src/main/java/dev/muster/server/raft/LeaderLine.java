// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.transport.PeerLink;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection from a follower to the leader's Raft port that carries nothing and waits for its own end. When a process
 * dies, its operating system closes its connections at once and refuses new ones; a follower that sees both need not wait
 * for an election timeout.
 *
 * <p>A broken connection alone proves nothing: networks break, too. Only a leader whose port refuses a connection is
 * taken for dead. Even that need not be true for the whole cluster, and need not be: an election that was not necessary
 * costs a moment of availability, as elections and reads are safe without any assumption about time. The followers stand
 * one after the other, so that their votes do not split; whoever stands in vain is followed by the ordinary timeouts.
 *
 * <p>Thread-safe. {@link #run} needs a thread of its own.
 */
final class LeaderLine implements ReplicaListener, AutoCloseable {
    private static final int CONNECT_MILLIS = 500;
    private static final int RETRY_MILLIS = 500;
    /** A process that dies may close its connections a moment before its port. */
    private static final int REFUSAL_ATTEMPTS = 5;

    private static final int REFUSAL_PAUSE_MILLIS = 5;
    /** Between two followers: more than an election takes. */
    static final int TURN_MILLIS = 150;

    private final String self;
    private final Supplier<List<Peer>> members;
    private final BooleanSupplier behind;
    private final Consumer<Leadership> stand;

    private Leadership followed = Leadership.unknown(0);
    private @Nullable Socket line;
    private boolean closed;

    /**
     * A line that is drawn as leadership changes.
     *
     * @param self this node's name
     * @param behind whether this node has much to apply yet: it lets all others go ahead
     * @param stand asked to stand for election against the leadership that ended
     */
    LeaderLine(String self, Supplier<List<Peer>> members, BooleanSupplier behind, Consumer<Leadership> stand) {
        this.self = self;
        this.members = members;
        this.behind = behind;
        this.stand = stand;
    }

    @Override
    public synchronized void onLeadership(Leadership leadership) {
        if (!leadership.equals(followed)) {
            followed = leadership;
            hangUp();
            notifyAll();
        }
    }

    /** Follows one leader after the other until it is closed. */
    void run() {
        try {
            for (Leadership leader = awaitLeader(); leader != null; leader = awaitLeader()) {
                follow(leader);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next leadership of another node; null when closed. */
    private synchronized @Nullable Leadership awaitLeader() throws InterruptedException {
        while (!closed && (followed.leads() || followed.leader().isEmpty())) {
            wait();
        }
        return closed ? null : followed;
    }

    private void follow(Leadership leader) throws InterruptedException {
        Peer peer = members.get().stream()
                .filter(member -> member.node().equals(leader.leader()))
                .findFirst()
                .orElse(null);
        if (peer != null && waitForItsEnd(leader, address(peer)) && isDead(leader, address(peer))) {
            pause(leader, (long) turn(leader) * TURN_MILLIS);
            if (isStill(leader)) {
                stand.accept(leader);
            }
        }
        pause(leader, RETRY_MILLIS);
    }

    /** Whether there was a connection, and now there is none, though nobody hung up. */
    private boolean waitForItsEnd(Leadership leader, InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, CONNECT_MILLIS);
            PeerLink.greet(socket);
            if (!pickUp(leader, socket)) {
                return false;
            }
            try {
                while (socket.getInputStream().read() >= 0) {
                    // What a server says to a silent connection is of no interest.
                }
            } catch (IOException brokenOff) {
                // As good as an orderly end.
            }
            return isStill(leader);
        } catch (IOException notConnected) {
            return false;
        }
    }

    private boolean isDead(Leadership leader, InetSocketAddress address) throws InterruptedException {
        for (int i = 0; i < REFUSAL_ATTEMPTS; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(address, CONNECT_MILLIS);
            } catch (ConnectException refused) {
                return true;
            } catch (IOException unknown) {
                return false;
            }
            pause(leader, REFUSAL_PAUSE_MILLIS);
        }
        return false;
    }

    /** The place of this node among those that the leader leaves behind; after all of them if it could not lead at once. */
    private int turn(Leadership leader) {
        List<String> others = members.get().stream()
                .map(Peer::node)
                .filter(node -> !node.equals(leader.leader()))
                .sorted(Comparator.naturalOrder())
                .toList();
        return others.indexOf(self) + (behind.getAsBoolean() ? others.size() : 0);
    }

    private synchronized void pause(Leadership leader, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; left > 0 && isStill(leader); left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    private synchronized boolean isStill(Leadership leader) {
        return !closed && followed.equals(leader);
    }

    private synchronized boolean pickUp(Leadership leader, Socket socket) {
        line = socket;
        return isStill(leader);
    }

    private synchronized void hangUp() {
        if (line != null) {
            try {
                line.close();
            } catch (IOException e) {
                // It is of no use any more either way.
            }
            line = null;
        }
    }

    private static InetSocketAddress address(Peer peer) {
        InetSocketAddress address = PeerTimes.addressOf(peer.raftAddress());
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    @Override
    public synchronized void close() {
        closed = true;
        hangUp();
        notifyAll();
    }
}
