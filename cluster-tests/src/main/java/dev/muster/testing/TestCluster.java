// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.backup.BackupDraft;
import dev.muster.backup.BackupFile;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.Consistency;
import dev.muster.client.MusterClient;
import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of real processes on ports and in folders of its own. What was started through it (nodes, clients, writers)
 * ends with it, whatever happened. Its own methods are for the thread of the test; nodes and clients for any.
 */
public final class TestCluster implements AutoCloseable {
    static final int ORDINARY_NODES = 3;
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLIENT_TTL = Duration.ofSeconds(30);

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    private final Path folder;
    private final PortBlock ports;
    private final List<TestNode> nodes;
    private final @Nullable Network network;
    private final MusterClient adminClient;
    private final Ledger ledger = new Ledger();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private boolean keepsFiles;

    private TestCluster(Builder builder) {
        folder = Folders.fresh(builder.name);
        ports = PortBlock.reserve(builder.nodes + 1);
        String host = builder.badNetwork ? Network.HOST : "127.0.0.1";
        List<String> settings = new ArrayList<>();
        settings.add("--cluster=" + builder.name);
        settings.add("--advertise=" + host);
        settings.add("--peers="
                + IntStream.range(0, builder.nodes)
                        .mapToObj(index -> nodeName(index) + "=" + host + ":" + ports.port(index))
                        .collect(Collectors.joining(",")));
        settings.add("--preset=local");
        builder.settings.forEach(setting -> settings.add("--" + setting));
        nodes = IntStream.range(0, builder.nodes)
                .mapToObj(index -> new TestNode(
                        this, nodeName(index), ports.port(index), settings, builder.badClocks, builder.badDisks))
                .toList();
        network = builder.badNetwork ? new Network(nodes) : null;
        adminClient = MusterClient.builder()
                .endpoints(endpoints())
                .clientName("test-admin")
                .requestTimeout(ADMIN_TIMEOUT)
                .connect();
    }

    /** A cluster whose files are in {@code target/cluster-tests/FORK/name}. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** All nodes, in the order of their names. */
    public List<TestNode> nodes() {
        return nodes;
    }

    /** The node with this number, from 1. */
    public TestNode node(int number) {
        return nodes.get(number - 1);
    }

    /** The node with this name. */
    public TestNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("node " + name + " (it has: " + nodes + ")"));
    }

    /** The nodes that are not the leader. */
    public List<TestNode> followers() {
        TestNode leader = awaitLeader();
        return nodes.stream().filter(node -> node != leader).toList();
    }

    /** The client ports of all nodes. */
    public String[] endpoints() {
        return nodes.stream().map(TestNode::endpoint).toArray(String[]::new);
    }

    /** The leader if there is one that is ready, as it says itself; nodes that stand still are not asked. */
    public Optional<TestNode> leader() {
        record Answer(TestNode node, NodeStatus status) {}
        return nodes.stream()
                .filter(TestNode::runs)
                .flatMap(node -> node.findStatus().map(status -> new Answer(node, status)).stream())
                .filter(answer -> answer.status().role() == NodeRole.LEADER
                        && answer.status().ready())
                .max(Comparator.comparing(answer -> answer.status().term()))
                .map(Answer::node);
    }

    /** Waits until a node leads and is ready. */
    public TestNode awaitLeader() {
        return awaitLeader(node -> true);
    }

    /** Waits until a node leads that fits, and is ready. */
    public TestNode awaitLeader(Predicate<TestNode> fits) {
        return await("a leader, see " + folder)
                .atMost(TestNode.LONGEST_START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> leader().filter(fits), Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until every node serves. */
    public void awaitReady() {
        nodes.forEach(TestNode::awaitReady);
        awaitLeader();
    }

    /** The highest term that any running node knows. */
    public long term() {
        return nodes.stream()
                .filter(TestNode::runs)
                .flatMap(node -> node.findStatus().stream())
                .mapToLong(NodeStatus::term)
                .max()
                .orElse(0);
    }

    /** What an operator can ask of the nodes. */
    public ClusterAdmin admin() {
        return adminClient.cluster();
    }

    /** A client of all nodes that is closed with the cluster. */
    public MusterClient client() {
        return client(builder -> builder);
    }

    /** A client of all nodes with other settings, closed with the cluster. */
    public MusterClient client(UnaryOperator<MusterClient.Builder> settings) {
        return clientOf(builder -> settings.apply(builder.endpoints(endpoints())));
    }

    /** A client that knows one node only, closed with the cluster. */
    public MusterClient clientOf(TestNode node) {
        return clientOf(builder -> builder.endpoints(node.endpoint()));
    }

    /** A client whose endpoints are set by the caller, closed with the cluster. */
    public MusterClient clientOf(UnaryOperator<MusterClient.Builder> settings) {
        return closedWithCluster(settings.apply(MusterClient.builder()
                        .clientName("test")
                        .sessionTtl(CLIENT_TTL)
                        .requestTimeout(CLIENT_TIMEOUT))
                .connect());
    }

    /** What was acknowledged by this cluster to any of its workloads. */
    public Ledger ledger() {
        return ledger;
    }

    /** Starts writers that use a client of their own and enter what is acknowledged in the {@link #ledger}. */
    public Workload startWriters(int writers) {
        return startWriters(client(), writers);
    }

    /** Starts writers that use this client. */
    public Workload startWriters(MusterClient client, int writers) {
        return closedWithCluster(Workload.start(client, ledger, writers));
    }

    /** Starts so many writes a second, of a client of their own and without waiting for answers. */
    public SteadyWrites startSteadyWrites(int perSecond) {
        return startSteadyWrites(client(), perSecond);
    }

    /** Starts so many writes a second of this client, without waiting for answers. */
    public SteadyWrites startSteadyWrites(MusterClient client, int perSecond) {
        return closedWithCluster(SteadyWrites.start(client, ledger, perSecond));
    }

    /** Closes it with the cluster, before the nodes end. */
    public <T extends AutoCloseable> T closedWithCluster(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Saves it to a file of its folder. */
    public Path backUp(String name) {
        Path file = folder.resolve(name);
        try (BackupDraft draft = BackupFile.create(file)) {
            adminClient.backups().save(Consistency.LINEARIZABLE, draft.out());
            draft.commit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loses everything: all nodes are killed, and all their disks emptied. */
    public void destroy() {
        nodes.forEach(node -> node.discard(false));
        nodes.forEach(TestNode::wipe);
    }

    /** Starts all its nodes, which are down, with the state of this backup and waits until they serve. */
    public void restore(Path backup) {
        nodes.forEach(node -> node.restore(backup));
        nodes.forEach(TestNode::start);
        awaitReady();
    }

    /** Where its files are. */
    public Path folder() {
        return folder;
    }

    /** The client port of a node that does not belong to the cluster; nobody else uses it. */
    public int sparePort() {
        return ports.port(nodes.size());
    }

    /** The network that its peers and clients meet; only of a cluster that was built with one. */
    public Network network() {
        if (network == null) {
            throw new IllegalStateException("this cluster has no network to play with (expected: badNetwork)");
        }
        return network;
    }

    /** Lets every node run again, frozen or dead or cut off, and waits until all serve. */
    public void heal() {
        if (network != null) {
            network.heal();
        }
        nodes.forEach(TestNode::heal);
        awaitReady();
    }

    /**
     * What has to hold after every test: all nodes come back, their states are equal, and the ledger stands true on
     * each of them. Closes what was opened since the last time, which ends its sessions, after that.
     */
    public void verify() {
        stopWriters();
        heal();
        ledger.verify(this);
        closeOpened();
        ledger.clear();
    }

    /** Its data folders stay when it is closed, for people, and its nodes print what their threads do. */
    public void keepFiles() {
        keepsFiles = true;
    }

    /** Ends all of it. */
    @Override
    public void close() {
        if (!keepsFiles) {
            closeOpened();
        }
        nodes.forEach(node -> node.discard(keepsFiles));
        closeOpened();
        adminClient.close();
        if (network != null) {
            network.close();
        }
        ports.close();
        nodes.forEach(node -> node.close(keepsFiles));
    }

    private void stopWriters() {
        for (AutoCloseable resource : opened) {
            if (resource instanceof Workload workload) {
                workload.stop();
            } else if (resource instanceof SteadyWrites writes) {
                writes.stop();
            }
        }
    }

    /** Writers first, the rest side by side: a client whose cluster is gone takes its time. */
    private void closeOpened() {
        List<AutoCloseable> all = new ArrayList<>(opened);
        opened.clear();
        all.stream().filter(Workload.class::isInstance).forEach(TestCluster::closeOne);
        ExecutorService closers = Executors.newCachedThreadPool();
        all.stream().filter(resource -> !(resource instanceof Workload)).forEach(resource -> {
            var unused = closers.submit(() -> closeOne(resource));
        });
        closers.shutdown();
        await("what the test opened is closed")
                .atMost(LONGEST_CLOSE)
                .pollDelay(Duration.ZERO)
                .until(closers::isTerminated);
    }

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing what a test opened", e);
        }
    }

    private void start(Optional<Path> backup) {
        try {
            backup.ifPresent(file -> nodes.forEach(node -> node.restore(file)));
            nodes.forEach(TestNode::start);
            awaitReady();
        } catch (Throwable e) {
            keepFiles();
            close();
            throw e;
        }
    }

    private static String nodeName(int index) {
        return "n" + (index + 1);
    }

    /** Collects the settings of a cluster. For one thread. */
    public static final class Builder {
        private final String name;
        private final List<String> settings = new ArrayList<>();
        private int nodes = ORDINARY_NODES;
        private boolean badNetwork;
        private boolean badClocks;
        private boolean badDisks;
        private Optional<Path> backup = Optional.empty();

        private Builder(String name) {
            this.name = name;
        }

        /** How many nodes; 3 when not said. */
        public Builder nodes(int count) {
            nodes = count;
            return this;
        }

        /** With a {@link Network} between the nodes and before clients that ask for its endpoints. */
        public Builder badNetwork(boolean wanted) {
            badNetwork = wanted;
            return this;
        }

        /** With a {@link WallClock} for each node, where that can be had. */
        public Builder badClocks(boolean wanted) {
            badClocks = wanted;
            return this;
        }

        /** With a {@link FaultyDisk} for each node, where that can be had. */
        public Builder badDisks(boolean wanted) {
            badDisks = wanted;
            return this;
        }

        /** With the state of this backup. */
        public Builder restoredFrom(Path file) {
            backup = Optional.of(file);
            return this;
        }

        /** A setting of every node, {@code key=value} with the keys of the server. */
        public Builder setting(String setting) {
            settings.add(setting);
            return this;
        }

        /** Starts it and waits until all nodes serve. */
        public TestCluster start() {
            TestCluster cluster = new TestCluster(this);
            cluster.start(backup);
            return cluster;
        }
    }
}
