// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Renewing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper's lease is its session, and that is a connection: it lives by pings, and all that a process registers hangs
 * on it. So there is one for each connection, whatever number is asked for.
 */
final class KeeperLeases implements Leases {
    private final int port;

    KeeperLeases(int port) {
        this.port = port;
    }

    @Override
    public boolean sharesConnections() {
        return false;
    }

    @Override
    public Renewing keep(int connections, int each, Duration ttl) throws Exception {
        AtomicReference<@Nullable Renewing> counts = new AtomicReference<>();
        RawSessions sessions = new RawSessions(port, connections, (int) ttl.toMillis(), (session, header, body) -> {
            Renewing renewing = counts.get();
            if (header.getXid() == RawSessions.PING && renewing != null) {
                renewing.renewed(1);
            }
        });
        Renewing renewing = Renewing.begin(List.of(new Pings(sessions, connections)), ttl);
        counts.set(renewing);
        return renewing;
    }

    /** All sessions: they share a thread. */
    record Pings(RawSessions sessions, int count) implements Renewing.Connection {
        @Override
        public void renew(int slot, int slots, Renewing counts) {
            try {
                for (int i = slot; i < count; i += slots) {
                    sessions.ping(i);
                }
                sessions.check();
            } catch (IOException e) {
                counts.failed(e);
            }
        }

        @Override
        public void close() {
            try {
                sessions.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
