// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.Target;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks to the leader, and does sync before a read, which is what makes its reads show every write
 * acknowledged before. A service with its data is getChildren and getData of each.
 */
final class KeeperTarget implements Target {
    private static final int ANY_VERSION = -1;

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
    public CompletableFuture<?> update(String service, String id, byte[] payload) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        keeper.setData(
                "/" + service + "/" + id,
                payload,
                ANY_VERSION,
                (code, path, context, stat) -> complete(future, code, path, null),
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
                (AsyncCallback.DataCallback) (code, found, context, data, stat) -> complete(future, code, path, data),
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
