// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Gives leadership to a node whose disk is much faster. A follower with a slow disk slows nobody, since the others are a
 * majority; a leader with one slows every write. Where all disks are slow nothing is done. For one thread.
 */
final class SlowDisk {
    /** A disk that takes less is fast enough to lead, whatever others take. */
    static final int SLOW_MILLIS = 100;

    /** Another node has to be so many times faster. */
    static final int TIMES = 4;

    private final IntSupplier own;
    private final Handover handover;
    private final Consumer<String> report;
    private boolean told;

    /** {@code own}: what the disk of this node takes for a small write, in milliseconds, 0 for unknown. */
    SlowDisk(IntSupplier own, Handover handover, Consumer<String> report) {
        this.own = own;
        this.handover = handover;
        this.report = report;
    }

    /** Looks once, with what the disks of the members that could lead take, by their names; 0 for unknown. */
    void look(Map<String, Integer> others) {
        int mine = own.getAsInt();
        Optional<Map.Entry<String, Integer>> best = others.entrySet().stream()
                .filter(other -> other.getValue() > 0)
                .min(Comparator.comparing(Map.Entry::getValue));
        boolean slow = mine >= SLOW_MILLIS && best.isPresent() && best.get().getValue() * TIMES <= mine;
        if (slow) {
            if (!told) {
                report.accept("HOST_GREY: the disk takes " + mine + " ms for a small write, that of "
                        + best.get().getKey() + " " + best.get().getValue() + " ms; leadership goes there");
            }
            handover.ifLeading(best.get().getKey());
        }
        told = slow;
    }
}
