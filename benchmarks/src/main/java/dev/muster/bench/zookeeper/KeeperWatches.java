// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.Renewing;
import dev.muster.bench.system.Watches;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.WatcherEvent;

/**
 * A persistent recursive watch in each session. Its events bear the path and the number of the transaction, no data:
 * that a user would then read the data is not counted against ZooKeeper.
 */
final class KeeperWatches implements Watches {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final int ADD = 1;

    private final int port;

    KeeperWatches(int port) {
        this.port = port;
    }

    @Override
    public boolean sharesConnections() {
        return false;
    }

    @Override
    public AutoCloseable watch(String service, int connections, int each, Listener listener) throws Exception {
        CountDownLatch added = new CountDownLatch(connections);
        int prefix = service.length() + 2;
        RawSessions sessions = new RawSessions(port, connections, (int) TIMEOUT.toMillis(), (session, header, body) -> {
            if (header.getXid() == ADD && header.getErr() == 0) {
                added.countDown();
            } else if (header.getXid() == RawSessions.NOTIFICATION) {
                WatcherEvent event = new WatcherEvent();
                event.deserialize(body, "event");
                listener.changed(session, event.getPath().substring(prefix), header.getZxid());
            }
        });
        for (int i = 0; i < connections; i++) {
            sessions.send(
                    i,
                    ADD,
                    ZooDefs.OpCode.addWatch,
                    new AddWatchRequest("/" + service, AddWatchMode.PERSISTENT_RECURSIVE.getMode()));
        }
        if (!added.await(60, TimeUnit.SECONDS)) {
            sessions.check();
            throw new IllegalStateException(added.getCount() + " watches were not added");
        }
        return Renewing.begin(List.of(new KeeperLeases.Pings(sessions, connections)), TIMEOUT);
    }
}
