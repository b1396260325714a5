// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that a client knows, with at most one usable connection to each: says where a session should go (to the
 * leader, as far as anybody said who that is) and where reads and views should go (anywhere, and stay there). A node that
 * fails is left for the next in turn and gets a fresh connection when its turn comes again, because a connection that
 * failed would make the next call wait for its own, longer back-off. One that could not be reached is passed over for a
 * while, as long as there are others: it may take a connection and not answer. Confined to the loop.
 */
final class LeaderChannel {
    /** A node that could not be reached is not gone to for so long, in turn or on another node's word. */
    static final Duration DISTRUST = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(LeaderChannel.class);

    private final List<String> endpoints;
    private final Function<String, ManagedChannel> connector;
    private final Loop loop;
    private final Map<String, ManagedChannel> open = new HashMap<>();
    private final List<ManagedChannel> leaving = new ArrayList<>();
    private final Map<String, Long> distrustedUntil = new HashMap<>();
    private int leaderTurn;
    private int anyTurn;
    private String leader = "";

    LeaderChannel(
            List<String> endpoints, Function<String, ManagedChannel> connector, Loop loop, RandomGenerator random) {
        this.endpoints = endpoints;
        this.connector = connector;
        this.loop = loop;
        this.leaderTurn = random.nextInt(endpoints.size());
        this.anyTurn = random.nextInt(endpoints.size());
    }

    /** The configured nodes, in their order. */
    List<String> endpoints() {
        return endpoints;
    }

    /** Where a session should go now. */
    String leader() {
        return leader.isEmpty() ? endpoints.get(leaderTurn) : leader;
    }

    /** Where a read or a view should go now. */
    String any() {
        return endpoints.get(anyTurn);
    }

    /** The connection to a node. */
    Channel channel(String address) {
        return open.computeIfAbsent(address, connector);
    }

    /** Somebody said who leads; empty when he did not know. */
    void leads(String address) {
        String believed = isDistrusted(address) || !isUsable(address) ? "" : address;
        if (!leader.equals(believed)) {
            String before = leader;
            leader = believed;
            if (!endpoints.contains(before)) {
                retire(before);
            }
        }
    }

    /** The way to this node failed. */
    void failed(String address) {
        distrustedUntil.put(address, loop.nanoTime() + DISTRUST.toNanos());
        retire(address);
        refused(address);
    }

    /** This node answered, but could not help. */
    void refused(String address) {
        if (leader.equals(address)) {
            leader = "";
        }
        if (endpoints.get(leaderTurn).equals(address)) {
            leaderTurn = after(leaderTurn);
        }
        if (endpoints.get(anyTurn).equals(address)) {
            anyTurn = after(anyTurn);
        }
    }

    /** The next one that may be reached; just the next one when none may. */
    private int after(int turn) {
        int size = endpoints.size();
        return IntStream.rangeClosed(1, size)
                .map(step -> (turn + step) % size)
                .filter(next -> !isDistrusted(endpoints.get(next)))
                .findFirst()
                .orElse((turn + 1) % size);
    }

    private boolean isDistrusted(String address) {
        long now = loop.nanoTime();
        distrustedUntil.values().removeIf(until -> until - now <= 0);
        return distrustedUntil.containsKey(address);
    }

    /** Cuts all connections. */
    void close() {
        leaving.addAll(open.values());
        open.clear();
        leaving.forEach(ManagedChannel::shutdownNow);
    }

    /** Whether all connections that were cut have ended. */
    boolean isTerminated() {
        return leaving.stream().allMatch(ManagedChannel::isTerminated);
    }

    /** What a node says of another is not worth more than an address that can be tried. */
    private boolean isUsable(String address) {
        if (address.isEmpty()) {
            return false;
        }
        try {
            return channel(address) != null;
        } catch (IllegalArgumentException e) {
            LOG.warn("a node names a leader at {}, which is no address (expected: host:port)", address, e);
            return false;
        }
    }

    /** Streams that still live on the connection may go on; each notices for itself when it is dead. */
    private void retire(String address) {
        ManagedChannel channel = open.remove(address);
        leaving.removeIf(ManagedChannel::isTerminated);
        if (channel != null) {
            leaving.add(channel.shutdown());
        }
    }
}
