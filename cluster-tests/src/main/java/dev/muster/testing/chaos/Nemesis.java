// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.TcpProxy;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A way to harm a cluster. What it does is undone by {@link TestCluster#heal}. */
public enum Nemesis {
    /** SIGKILL. */
    KILL_LEADER,
    /** SIGKILL. */
    KILL_FOLLOWER,
    /** SIGKILL to the leader and as many followers as make a majority. */
    KILL_MAJORITY,
    /** SIGKILL to all, at once. */
    KILL_ALL,
    /** SIGSTOP: it wakes up as the leader that it no longer is. */
    PAUSE_LEADER,
    /** SIGSTOP. */
    PAUSE_FOLLOWER,
    /** No other node hears it, nor it them; clients reach it. */
    ISOLATE_LEADER,
    /** No other node hears it, nor it them; clients reach it. */
    ISOLATE_FOLLOWER,
    /** What followers answer to the leader is lost, and with it what they answer to one another. */
    DEAFEN_LEADER,
    /** All that a follower is sent by other nodes is late. */
    SLOW_FOLLOWER,
    /** The network between the nodes loses packets. */
    LOSE_PACKETS,
    /** Answers to clients are lost: what was executed has to be asked for again. */
    LOSE_REPLIES,
    /** All connections of clients are reset. */
    RESET_CLIENTS,
    /** Every node is stopped in order and started again, one after the other. */
    ROLLING_RESTART,
    /** The leader is frozen nine tenths of the time. */
    STARVE_LEADER,
    /** The leader may open next to no more files or connections. */
    RUN_OUT_OF_FILES,
    /** The heap of the leader is used up. */
    RUN_OUT_OF_MEMORY,
    /** The wall clock of the leader jumps ahead, and back again. Where it can be had. */
    SHIFT_CLOCK,
    /** A follower loses its disk, and comes back with an empty one. */
    WIPE_FOLLOWER,
    /** A follower is away until the log that it needs is gone. */
    OUTRUN_FOLLOWER,
    /** A follower is cut off until the log that it needs is gone. */
    STRAND_FOLLOWER,
    /** A follower falls while it writes an entry. */
    TEAR_TAIL,
    /** A follower finds one bit of one of its files changed. */
    FLIP_BIT,
    /** A follower finds the file of its votes empty. */
    EMPTY_VOTES,
    /** A follower finds its log gone. */
    VANISH_LOG,
    /** The leader loses power, and what was not durable. Where disks can be spoilt. */
    LOSE_POWER,
    /** All nodes lose power at once, and what was not durable. Where disks can be spoilt. */
    LOSE_ALL_POWER,
    /** One fsync of the leader's log fails. Where disks can be spoilt. */
    FAIL_FSYNC,
    /** Nothing grows any more on the disk of the leader. Where disks can be spoilt. */
    FILL_DISK,
    /** Each fsync of the leader takes 300 ms longer. Where disks can be spoilt. */
    SLOW_DISK,
    /** Each node is left its two neighbours of five alone, which is a majority of its own. For five nodes. */
    RING;

    private static final int RING_NODES = 5;
    private static final Duration LATE = Duration.ofMillis(75);

    /** Something that was done to a cluster. */
    public interface Strike {
        /** To whom. */
        String target();

        /**
         * What shows, at the end of the fault and before it is healed, that it happened.
         *
         * @throws AssertionError when it did not
         */
        String proof();
    }

    /** Those that can be done to this cluster. */
    public static List<Nemesis> of(TestCluster cluster) {
        return Stream.of(values())
                .filter(nemesis -> switch (nemesis) {
                    case RING -> cluster.nodes().size() == RING_NODES;
                    case SHIFT_CLOCK -> cluster.node(1).clock().isPresent();
                    case LOSE_POWER, LOSE_ALL_POWER, FAIL_FSYNC, FILL_DISK, SLOW_DISK ->
                        cluster.node(1).disk().isPresent();
                    default -> true;
                })
                .toList();
    }

    /** The one that is printed so. */
    public static Nemesis titled(String title) {
        return valueOf(title.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** As it is printed. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Does it, to nodes that the random numbers choose. The cluster has to be whole. */
    Strike strike(TestCluster cluster, Random random) {
        TestNode leader = cluster.awaitLeader();
        List<TestNode> others =
                cluster.nodes().stream().filter(node -> node != leader).toList();
        TestNode follower = others.get(random.nextInt(others.size()));
        return switch (this) {
            case KILL_LEADER -> kill(List.of(leader));
            case KILL_FOLLOWER -> kill(List.of(follower));
            case KILL_MAJORITY ->
                kill(
                        cluster.nodes().size() == 3
                                ? List.of(leader, follower)
                                : List.of(leader, others.get(0), others.get(1)));
            case KILL_ALL -> kill(cluster.nodes());
            case PAUSE_LEADER -> pause(leader);
            case PAUSE_FOLLOWER -> pause(follower);
            case ISOLATE_LEADER ->
                swallowing(cluster, leader.name(), () -> cluster.network().isolate(leader));
            case ISOLATE_FOLLOWER ->
                swallowing(cluster, follower.name(), () -> cluster.network().isolate(follower));
            case DEAFEN_LEADER ->
                swallowing(
                        cluster,
                        leader.name(),
                        () -> others.forEach(
                                node -> cluster.network().raftPort(node).swallow(TcpProxy.Direction.REPLIES)));
            case SLOW_FOLLOWER -> slow(cluster, follower);
            case LOSE_PACKETS -> losePackets(cluster);
            case LOSE_REPLIES ->
                swallowing(
                        cluster,
                        "clients",
                        () -> cluster.network()
                                .clientPorts()
                                .forEach(port -> port.swallow(TcpProxy.Direction.REPLIES)));
            case RESET_CLIENTS -> reset(cluster);
            case ROLLING_RESTART -> restart(cluster);
            case STARVE_LEADER -> NodeFaults.starve(leader);
            case RUN_OUT_OF_FILES -> NodeFaults.runOutOfFiles(leader);
            case RUN_OUT_OF_MEMORY -> NodeFaults.runOutOfMemory(leader);
            case SHIFT_CLOCK -> NodeFaults.shiftClock(cluster, leader);
            case WIPE_FOLLOWER -> DiskFaults.wipe(follower);
            case OUTRUN_FOLLOWER -> DiskFaults.outrun(cluster, follower);
            case STRAND_FOLLOWER -> DiskFaults.strand(cluster, follower);
            case TEAR_TAIL -> DiskFaults.tearTail(follower);
            case FLIP_BIT -> DiskFaults.flipBit(follower, random);
            case EMPTY_VOTES -> DiskFaults.lose(follower, DataFiles::votes);
            case VANISH_LOG -> DiskFaults.lose(follower, DataFiles::openSegment);
            case LOSE_POWER -> DiskFaults.losePower(List.of(leader));
            case LOSE_ALL_POWER -> DiskFaults.losePower(cluster.nodes());
            case FAIL_FSYNC -> DiskFaults.failFsync(leader);
            case FILL_DISK -> DiskFaults.fill(leader);
            case SLOW_DISK -> DiskFaults.slow(leader);
            case RING -> swallowing(cluster, "all", () -> cluster.network().ring());
        };
    }

    private static Strike kill(List<TestNode> nodes) {
        List<Exit> exits = nodes.parallelStream().map(TestNode::kill).toList();
        return struck(names(nodes), () -> {
            nodes.forEach(node -> require(!node.isUp(), node + " is down"));
            return "ended with " + exits.stream().map(Exit::code).toList();
        });
    }

    private static Strike pause(TestNode node) {
        node.pause();
        return struck(node.name(), () -> {
            require(node.isPaused(), node + " stands still");
            return "stood still";
        });
    }

    private static Strike swallowing(TestCluster cluster, String target, Runnable cut) {
        long before = cluster.network().swallowed();
        cut.run();
        return struck(target, () -> {
            long swallowed = cluster.network().swallowed() - before;
            require(swallowed > 0, "something was lost");
            return swallowed + " bytes lost";
        });
    }

    private static Strike slow(TestCluster cluster, TestNode node) {
        TcpProxy port = cluster.network().raftPort(node);
        port.delay(TcpProxy.Direction.REQUESTS, LATE);
        return late(cluster, node.name());
    }

    private static Strike losePackets(TestCluster cluster) {
        cluster.network().losePackets();
        return late(cluster, "all");
    }

    private static Strike late(TestCluster cluster, String target) {
        long before = cluster.network().late();
        return struck(target, () -> {
            long late = cluster.network().late() - before;
            require(late > 0, "something came late");
            return late + " packets came late";
        });
    }

    private static Strike reset(TestCluster cluster) {
        List<TcpProxy> ports = cluster.network().clientPorts();
        int before = ports.stream().mapToInt(TcpProxy::connections).sum();
        ports.forEach(TcpProxy::reset);
        return struck("clients", () -> {
            int again = ports.stream().mapToInt(TcpProxy::connections).sum() - before;
            require(again > 0, "connections were made again");
            return again + " connections made again";
        });
    }

    private static Strike restart(TestCluster cluster) {
        List<Integer> codes = new ArrayList<>();
        for (TestNode node : cluster.nodes()) {
            codes.add(node.stop().code());
            node.restart();
        }
        return struck(names(cluster.nodes()), () -> "stopped with " + codes);
    }

    private static String names(List<TestNode> nodes) {
        return String.join(",", nodes.stream().map(TestNode::name).toList());
    }

    static void require(boolean happened, String what) {
        if (!happened) {
            throw new AssertionError("the fault had no effect (expected: " + what + ")");
        }
    }

    static Strike struck(String target, Supplier<String> proof) {
        return new Strike() {
            @Override
            public String target() {
                return target;
            }

            @Override
            public String proof() {
                return proof.get();
            }
        };
    }
}
