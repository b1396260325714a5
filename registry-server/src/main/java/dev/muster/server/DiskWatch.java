// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.storage.DiskSpace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a node from ever meeting a full disk in the middle of a write. While less than the reserve is free the node takes
 * no writes of clients and hands leadership to a node that may have more room; with less than a quarter it ends, as long
 * as its files are whole. For one thread.
 */
final class DiskWatch {
    /** When all disks are low, leadership must not go round and round without a pause. */
    private static final Duration NEXT_HAND_OVER = Duration.ofMinutes(1);

    private static final Duration NEXT_TRY = Duration.ofSeconds(5);

    /** The node, as far as its disk concerns it. */
    interface Node {
        /** Whether it leads. */
        boolean leads();

        /** Hands leadership over; ends when another leads, or fails. */
        CompletableFuture<Void> handOver();

        /** Refuses the writes of clients for this reason from now on; without one takes them again. */
        void refuseWrites(Optional<String> why);

        /** Says it to the operator and to the event log. */
        void report(String text);

        /** Ends the node. */
        void end(String why);
    }

    private final DiskSpace disk;
    private final Node node;
    private final LongSupplier nanos;
    private boolean low;
    private CompletableFuture<Void> handOver = CompletableFuture.completedFuture(null);
    private @Nullable Long handedOverAt;

    DiskWatch(DiskSpace disk, Node node, LongSupplier nanos) {
        this.disk = disk;
        this.node = node;
        this.nanos = nanos;
    }

    /** Looks once, and does what is to be done. */
    void look() {
        DiskSpace.Room room = disk.look();
        if (room.isExhausted()) {
            node.end(room + "; started again it waits for room, and goes on by itself");
        } else if (room.isLow()) {
            beLow(room);
        } else if (low && room.isAmple()) {
            low = false;
            node.refuseWrites(Optional.empty());
            node.report("there is room again: " + room);
        }
    }

    private void beLow(DiskSpace.Room room) {
        if (!low) {
            low = true;
            node.refuseWrites(Optional.of(room + "; writes go on by themselves when there is room"));
            node.report(room + "; this node takes no writes and leads only if no other can");
        }
        if (node.leads() && mayHandOver()) {
            handedOverAt = nanos.getAsLong();
            handOver = node.handOver();
        }
    }

    private boolean mayHandOver() {
        Duration pause = handOver.isCompletedExceptionally() ? NEXT_TRY : NEXT_HAND_OVER;
        return handedOverAt == null || nanos.getAsLong() - handedOverAt > pause.toNanos();
    }
}
