// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.CachedLookup;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.PatientWriter;
import dev.muster.bench.system.Ports;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Watches;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper with its sample configuration, on the JDK that the benchmark runs on; only its bounds on connections and on
 * the time of a session are wider, for what the works ask for.
 */
public final class ZooKeeperCluster implements Cluster {
    private static final int BASE = 27640;
    private static final int SESSION_MILLIS = 30_000;
    private static final Pattern ZXID = Pattern.compile("Zxid: 0x([0-9a-f]+)");

    private final List<Node> nodes = new ArrayList<>();

    /** With its sample configuration. */
    public static final Kind KIND = new Kind() {
        @Override
        public String title() {
            return "ZooKeeper";
        }

        @Override
        public @Nullable String missing() {
            return null;
        }

        @Override
        public Cluster start(Path folder) throws Exception {
            return Cluster.serving(new ZooKeeperCluster(folder));
        }
    };

    private ZooKeeperCluster(Path folder) throws Exception {
        for (int node : Ports.nodes()) {
            String name = "n" + (node + 1);
            Path data = Files.createDirectories(folder.resolve(name));
            Files.writeString(data.resolve("myid"), Integer.toString(node + 1));
            StringBuilder text = new StringBuilder("""
                    tickTime=2000
                    initLimit=10
                    syncLimit=5
                    4lw.commands.whitelist=*
                    admin.enableServer=false
                    maxClientCnxns=0
                    maxSessionTimeout=90000
                    clientPortAddress=127.0.0.1
                    """);
            text.append("dataDir=").append(data).append('\n');
            text.append("clientPort=").append(port(node)).append('\n');
            for (int i : Ports.nodes()) {
                int port = port(i);
                text.append("server.%d=127.0.0.1:%d:%d\n".formatted(i + 1, port + 1, port + 2));
            }
            Path configuration = Files.writeString(folder.resolve(name + ".cfg"), text);
            nodes.add(Node.start(
                    Node.Machine.JVM,
                    name,
                    folder.resolve(name + ".log"),
                    Map.of(),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + Node.HEAP,
                            "-cp",
                            System.getProperty("java.class.path"),
                            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                            configuration.toString())));
        }
    }

    private static int port(int node) {
        return Ports.of(BASE, node);
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        return ask(port(node), "srvr").contains("Mode: leader");
    }

    private static String ask(int port, String words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public boolean hasCaughtUp(int node, int leader) {
        long there = zxid(leader);
        long here = zxid(node);
        // A follower of a new leader shows its term with the first transaction only.
        return here >= there || (here >= 0 && (int) there == 0);
    }

    /** The last transaction that the node has; -1 when it does not serve. */
    private static long zxid(int node) {
        Matcher line = ZXID.matcher(ask(port(node), "srvr"));
        return line.find() ? Long.parseLong(line.group(1), 16) : -1;
    }

    @Override
    public Target connect() throws Exception {
        return new KeeperTarget(connect(List.of(port(leader()))));
    }

    @Override
    public PatientWriter writer() throws Exception {
        return new KeeperWriter(
                connect(Ports.nodes().stream().map(ZooKeeperCluster::port).toList()));
    }

    @Override
    public Watches watches() throws Exception {
        return new KeeperWatches(port(leader()));
    }

    @Override
    public Leases leases() throws Exception {
        return new KeeperLeases(port(leader()));
    }

    @Override
    public CachedLookup cache(int services, int instancesEach) throws Exception {
        return CuratorCache.fill(Ports.joined(node -> "127.0.0.1:" + port(node)), services, instancesEach);
    }

    /** Its order to write one needs the HTTP server of the administrators, which is off by default. */
    @Override
    public boolean snapshot(int node) {
        return false;
    }

    private static ZooKeeper connect(List<Integer> ports) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        String all = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        ZooKeeper keeper = new ZooKeeper(all, SESSION_MILLIS, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        if (!connected.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no connection to ZooKeeper");
        }
        return keeper;
    }

    @Override
    public void close() {
        nodes.parallelStream().forEach(Node::stop);
    }
}
