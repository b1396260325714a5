// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Catalog;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.key.Key;
import dev.muster.core.lease.Lease;
import dev.muster.core.lease.Leases;
import dev.muster.v1.Event;
import dev.muster.v1.Past;

/**
 * The list as it was: a state whose events are taken back one after the other, the newest first. Nothing else than the
 * events since is needed, so the list can be had for each revision whose later events are kept. Not thread-safe.
 */
public final class Hindsight {
    private final RegistryState from;
    private Catalog catalog;
    private Leases leases;

    /** Begins with this state. */
    public Hindsight(RegistryState from) {
        this.from = from;
        this.catalog = from.catalog();
        this.leases = from.leases();
    }

    /** Takes back the newest event that was not taken back yet. */
    public void takeBack(Event event) {
        switch (event.getType()) {
            case EVENT_TYPE_LEASE_HELD -> hold(event, false);
            case EVENT_TYPE_LEASE_RESUMED -> hold(event, true);
            default -> takeBack(event, event.getPast());
        }
    }

    /**
     * A state that shows the services, their instances, and which of these are held, as they were after the change of
     * this revision and time. All else in it is not of then.
     */
    public RegistryState at(long revision, long clockMillis) {
        return from.toBuilder()
                .revision(revision)
                .clockMillis(clockMillis)
                .catalog(catalog)
                .leases(leases)
                .build();
    }

    private void takeBack(Event event, Past past) {
        if (event.hasPast() && event.hasKey()) {
            Key key = Key.of(event.getKey());
            catalog = past.hasInstance()
                    ? catalog.with(key, InstanceRecord.of(past.getInstance()))
                    : catalog.without(key, event.getRevision());
            catalog = catalog.with(key.service(), past.getServiceRevision());
        }
        if (past.getHeld()) {
            hold(event, true);
        }
    }

    /** Of a lease that may have ended since only this is known, and wanted. */
    private void hold(Event event, boolean held) {
        Lease lease = new Lease(event.getLease(), 0, event.getSession(), 0);
        leases = leases.with(held ? lease.heldSince(event.getTimeMillis()) : lease);
    }
}
