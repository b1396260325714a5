// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper with its sample configuration. The client speaks to the leader, and does sync before a read, which is what
 * makes its reads show every write acknowledged before. A service with its data is getChildren and getData of each.
 */
final class ZooKeeperCluster implements Cluster {
    private static final int BASE = 27640;
    private static final int SESSION_MILLIS = 30_000;

    private final List<Node> nodes = new ArrayList<>();

    static final Kind KIND = new Kind() {
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
            return new ZooKeeperCluster(folder);
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
                    clientPortAddress=127.0.0.1
                    """);
            text.append("dataDir=").append(data).append('\n');
            text.append("clientPort=").append(Ports.of(BASE, node)).append('\n');
            for (int i : Ports.nodes()) {
                int port = Ports.of(BASE, i);
                text.append("server.%d=127.0.0.1:%d:%d\n".formatted(i + 1, port + 1, port + 2));
            }
            Path configuration = Files.writeString(folder.resolve(name + ".cfg"), text);
            nodes.add(Node.start(
                    name,
                    folder.resolve(name + ".log"),
                    Map.of(),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                            configuration.toString())));
        }
        leader();
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        return ask(Ports.of(BASE, node), "srvr").contains("Mode: leader");
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
    public Target connect() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper keeper = new ZooKeeper("127.0.0.1:" + Ports.of(BASE, leader()), SESSION_MILLIS, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        if (!connected.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no connection to ZooKeeper");
        }
        return new KeeperTarget(keeper);
    }

    private static final class KeeperTarget implements Target {
        private final ZooKeeper keeper;
        private final Set<String> parents = ConcurrentHashMap.newKeySet();

        KeeperTarget(ZooKeeper keeper) {
            this.keeper = keeper;
        }

        @Override
        public CompletableFuture<?> register(String service, String id, byte[] payload) {
            CompletableFuture<Void> future = new CompletableFuture<>();
            String parent = "/" + service;
            if (parents.add(parent)) {
                keeper.create(
                        parent,
                        new byte[0],
                        ZooDefs.Ids.OPEN_ACL_UNSAFE,
                        CreateMode.PERSISTENT,
                        (code, path, context, name) -> {},
                        null);
            }
            keeper.create(
                    parent + "/" + id,
                    payload,
                    ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    CreateMode.EPHEMERAL,
                    (code, path, context, name) -> complete(future, code, path, null),
                    null);
            return future;
        }

        @Override
        public CompletableFuture<?> lookupOne(String service, String id) {
            CompletableFuture<byte[]> future = new CompletableFuture<>();
            String path = "/" + service + "/" + id;
            // Requests of one connection are answered in order: the read stands behind the sync.
            keeper.sync(path, (code, synced, context) -> {}, null);
            keeper.getData(
                    path,
                    false,
                    (AsyncCallback.DataCallback)
                            (code, found, context, data, stat) -> complete(future, code, path, data),
                    null);
            return future;
        }

        @Override
        public CompletableFuture<Integer> lookupService(String service) {
            CompletableFuture<Integer> future = new CompletableFuture<>();
            String parent = "/" + service;
            keeper.sync(parent, (code, synced, context) -> {}, null);
            keeper.getChildren(
                    parent,
                    false,
                    (AsyncCallback.ChildrenCallback) (code, path, context, children) -> {
                        if (code != 0 || children.isEmpty()) {
                            complete(future, code, path, 0);
                            return;
                        }
                        AtomicInteger open = new AtomicInteger(children.size());
                        for (String child : children) {
                            keeper.getData(
                                    parent + "/" + child,
                                    false,
                                    (AsyncCallback.DataCallback) (dataCode, found, ctx, data, stat) -> {
                                        if (dataCode != 0) {
                                            complete(future, dataCode, found, 0);
                                        } else if (open.decrementAndGet() == 0) {
                                            future.complete(children.size());
                                        }
                                    },
                                    null);
                        }
                    },
                    null);
            return future;
        }

        private static <T> void complete(CompletableFuture<T> future, int code, String path, @Nullable T value) {
            if (code == 0) {
                future.complete(value);
            } else {
                future.completeExceptionally(KeeperException.create(KeeperException.Code.get(code), path));
            }
        }

        @Override
        public void close() {
            try {
                keeper.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        nodes.parallelStream().forEach(Node::stop);
    }
}
