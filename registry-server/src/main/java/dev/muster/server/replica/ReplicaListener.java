// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.RegistryState;
import dev.muster.core.event.EventRecord;
import java.util.List;

/** Told of each change of a {@link Replica}, on its apply thread: hand over, never block, never throw. */
public interface ReplicaListener {
    /** A batch of commands was applied, or a snapshot was installed; {@code state} is what {@code state()} now returns. */
    default void onApplied(RegistryState state) {}

    /**
     * What happened since the last call, in order, without a gap unless a snapshot was installed; comes before {@code
     * state()} shows it.
     */
    default void onEvents(List<EventRecord> events) {}

    /**
     * A log entry was applied to a state of that chain; comes before {@code state()} shows it, and also for entries that
     * are applied again after a start.
     */
    default void onEntry(AppliedEntry entry) {}

    /**
     * Leadership changed. {@code leadership.leads()} is true only when the term's first command is applied, so that
     * leases run with their full time and the state is complete.
     */
    default void onLeadership(Leadership leadership) {}
}
