// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.storage.DiskSpace;
import java.util.Optional;

/**
 * Keeps a node from ever meeting a full disk in the middle of a write. While less than the reserve is free the node takes
 * no writes of clients and hands leadership to a node that may have more room; with less than a quarter it ends, as long
 * as its files are whole. For one thread.
 */
final class DiskWatch {
    /** The node, as far as its disk concerns it. */
    interface Node {
        /** Refuses the writes of clients for this reason from now on; without one takes them again. */
        void refuseWrites(Optional<String> why);

        /** Says it to the operator and to the event log. */
        void report(String text);

        /** Ends the node. */
        void end(String why);
    }

    private final DiskSpace disk;
    private final Node node;
    private final Handover handover;
    private boolean low;

    DiskWatch(DiskSpace disk, Node node, Handover handover) {
        this.disk = disk;
        this.node = node;
        this.handover = handover;
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
        handover.ifLeading();
    }
}
