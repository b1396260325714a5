// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The connections to one node. A connection carries a bounded number of calls, so that long streams never keep others
 * waiting; another one is opened when all are full. Idle ones close their sockets by themselves. Thread-safe.
 */
final class ChannelPool implements AutoCloseable {
    /** Below what a server takes on one connection. */
    static final int CALLS_PER_CHANNEL = RpcServer.MAX_CALLS_PER_CONNECTION * 3 / 4;

    private static final long CLOSE_MILLIS = 500;

    /** A channel with a place for one call. */
    final class Lease implements AutoCloseable {
        private final Slot slot;
        private boolean released;

        private Lease(Slot slot) {
            this.slot = slot;
        }

        ManagedChannel channel() {
            return slot.channel;
        }

        /** Gives the place back; again has no effect. */
        @Override
        public void close() {
            synchronized (ChannelPool.this) {
                if (!released) {
                    released = true;
                    slot.calls--;
                }
            }
        }
    }

    private static final class Slot {
        final ManagedChannel channel;
        int calls;

        Slot(ManagedChannel channel) {
            this.channel = channel;
        }
    }

    private final Supplier<ManagedChannel> connect;
    private final List<Slot> slots = new ArrayList<>();

    ChannelPool(Supplier<ManagedChannel> connect) {
        this.connect = connect;
    }

    synchronized Lease take() {
        for (Slot slot : slots) {
            if (slot.calls < CALLS_PER_CHANNEL) {
                slot.calls++;
                return new Lease(slot);
            }
        }
        Slot slot = new Slot(connect.get());
        slot.calls = 1;
        slots.add(slot);
        return new Lease(slot);
    }

    /** The node is known to be up: no waiting from earlier failures. */
    synchronized void connectNow() {
        slots.forEach(slot -> slot.channel.resetConnectBackoff());
    }

    /** Breaks all calls. Returns when the connections are closed, or after a moment. */
    @Override
    public synchronized void close() {
        slots.forEach(slot -> slot.channel.shutdownNow());
        try {
            for (Slot slot : slots) {
                slot.channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
