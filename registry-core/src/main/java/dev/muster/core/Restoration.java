// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.lease.Lease;
import dev.muster.core.session.Sessions;
import dev.muster.internal.v1.Genesis;
import dev.muster.v1.EventType;

/**
 * The beginning of an epoch with the state of a backup.
 *
 * <p>Its list is kept as it is. Its sessions have ended: a session is what it has executed, and nobody knows what it did
 * after the backup. What they held of keyspaces is lost. Their leases stay for one full time, without a session, so that
 * what is registered under them stays listed until its owner is back or had the time to be. Stateless.
 */
final class Restoration {
    private Restoration() {}

    static void begin(Draft draft, Genesis genesis) {
        RegistryState base = draft.base();
        draft.beginEpoch(genesis);
        draft.emit(
                EventType.EVENT_TYPE_RESTORED,
                "epoch " + (base.epochOrdinal() + 1) + " begins with revision " + base.revision() + " of epoch "
                        + base.epochOrdinal() + " of cluster " + base.clusterId()
                        + "; sessions that ended with that: " + base.sessions().size());
        KeyspaceChanges.ownersGone(draft, "their session ended with its epoch");
        draft.sessions = Sessions.empty();
        for (Lease lease : base.leases().all()) {
            draft.leases = draft.leases.with(new Lease(lease.id(), lease.ttlMillis(), 0, 0));
        }
    }
}
