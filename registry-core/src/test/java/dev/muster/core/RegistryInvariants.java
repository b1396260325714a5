// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.catalog.Catalog;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.event.EventRing;
import dev.muster.core.key.Key;
import dev.muster.core.lease.Lease;
import dev.muster.core.lease.Leases;
import dev.muster.core.session.Session;
import dev.muster.core.session.Session.Remembered;
import dev.muster.core.session.Sessions;
import dev.muster.v1.Event;
import dev.muster.v1.Instance;
import java.util.ArrayList;
import java.util.List;

/** What is true of every state, checked by walking all of it: counters, sums, indexes and bounds. */
public final class RegistryInvariants {
    private RegistryInvariants() {}

    /** Throws an AssertionError that names what does not hold. */
    public static void check(RegistryState state) {
        checkCatalog(state);
        checkTombstones(state);
        checkLeases(state);
        checkSessions(state);
        checkEvents(state);
        checkSums(state);
    }

    private static void checkCatalog(RegistryState state) {
        Catalog catalog = state.catalog();
        int services = 0;
        int instances = 0;
        ServiceEntry before = null;
        for (ServiceEntry service : catalog.services()) {
            assertThat(before == null || before.name().compareTo(service.name()) < 0)
                    .as("services are ordered at %s", service.name())
                    .isTrue();
            checkService(state, service);
            assertThat(catalog.service(service.namespace(), service.service())).isSameAs(service);
            before = service;
            services++;
            instances += service.size();
        }
        assertThat(catalog.serviceCount()).as("services").isEqualTo(services);
        assertThat(catalog.instanceCount())
                .as("instances")
                .isEqualTo(instances)
                .isLessThanOrEqualTo(state.settings().getMaxInstances());
    }

    private static void checkService(RegistryState state, ServiceEntry service) {
        int size = 0;
        int serving = 0;
        int leased = 0;
        String before = "";
        for (InstanceRecord record : service.instances()) {
            assertThat(record.id()).as("instances are ordered").isGreaterThan(before);
            checkInstance(state, service, record);
            before = record.id();
            size++;
            serving += record.serving() ? 1 : 0;
            leased += record.lease() != 0 ? 1 : 0;
        }
        assertThat(service.size()).as("size of %s", service.name()).isEqualTo(size);
        assertThat(service.serving()).as("serving of %s", service.name()).isEqualTo(serving);
        assertThat(service.leased()).as("leased of %s", service.name()).isEqualTo(leased);
        assertThat(size <= state.settings().getMaxInstancesPerService()).isTrue();
        assertThat(size > 0 || service.removedSince(0).iterator().hasNext())
                .as("%s is there for a reason", service.name())
                .isTrue();
        assertThat(service.revision()).isBetween(1L, state.revision());
    }

    private static void checkInstance(RegistryState state, ServiceEntry service, InstanceRecord record) {
        Instance instance = record.toInstance();
        Key key = new Key(service.name(), record.id());
        assertThat(Key.of(instance.getKey())).isEqualTo(key);
        assertThat(instance.getStatus()).isEqualTo(record.status());
        assertThat(instance.getLease()).isEqualTo(record.lease());
        assertThat(instance.getIncarnation())
                .isEqualTo(record.incarnation())
                .isEqualTo(instance.getCreateRevision())
                .isBetween(1L, record.modifyRevision());
        assertThat(instance.getModifyRevision())
                .isEqualTo(record.modifyRevision())
                .isLessThanOrEqualTo(service.revision());
        assertThat(InstanceRecord.of(instance).encoded())
                .as("encoding of %s", key)
                .isEqualTo(record.encoded());
        assertThat(service.tombstone(record.id()))
                .as("tombstone beside %s", key)
                .isNull();
        if (record.lease() != 0) {
            assertThat(state.leases().keys(record.lease()))
                    .as("keys of lease %s", record.lease())
                    .contains(key);
        }
    }

    private static void checkTombstones(RegistryState state) {
        int tombstones = 0;
        for (ServiceEntry service : state.catalog().services()) {
            long before = 0;
            for (Tombstone tombstone : service.removedSince(0)) {
                assertThat(service.tombstone(tombstone.id())).isEqualTo(tombstone);
                assertThat(tombstone.revision())
                        .as("tombstones of %s are ordered and not compacted", service.name())
                        .isGreaterThanOrEqualTo(before)
                        .isGreaterThanOrEqualTo(state.compactedRevision())
                        .isLessThanOrEqualTo(service.revision());
                assertThat(tombstone.incarnation()).isLessThan(tombstone.revision());
                before = tombstone.revision();
                tombstones++;
            }
        }
        assertThat(state.catalog().tombstoneCount())
                .as("tombstones")
                .isEqualTo(tombstones)
                .isLessThanOrEqualTo(state.settings().getMaxTombstones());
    }

    private static void checkLeases(RegistryState state) {
        Leases leases = state.leases();
        int size = 0;
        List<Lease> held = new ArrayList<>();
        for (Lease lease : leases.all()) {
            size++;
            if (lease.held()) {
                held.add(lease);
            }
            for (Key key : leases.keys(lease.id())) {
                InstanceRecord record = requireNonNull(state.catalog().instance(key), key + " of " + lease);
                assertThat(record.lease()).as("lease of %s", key).isEqualTo(lease.id());
            }
            if (lease.session() != 0) {
                Session session = requireNonNull(state.sessions().get(lease.session()), "session of " + lease);
                assertThat(session.leases()).contains(lease.id());
            }
        }
        assertThat(leases.size())
                .as("leases")
                .isEqualTo(size)
                .isLessThanOrEqualTo(state.settings().getMaxLeases());
        assertThat(leases.held()).as("held leases").containsExactlyElementsOf(held);
        assertThat(leases.heldCount()).isEqualTo(held.size());
    }

    private static void checkSessions(RegistryState state) {
        int size = 0;
        for (Session session : state.sessions().all()) {
            size++;
            assertThat(session.leases())
                    .as("leases of session %s", session.id())
                    .contains(session.id());
            for (long id : session.leases()) {
                Lease lease = requireNonNull(state.leases().get(id), "lease " + id + " of session " + session.id());
                assertThat(lease.session()).isEqualTo(session.id());
            }
            assertThat(session.ackBelow()).isBetween(1L, session.applied() + 1);
            assertThat(session.outcomeCount())
                    .isEqualTo((int) (session.applied() - session.ackBelow() + 1))
                    .isLessThanOrEqualTo(state.settings().getMaxOutcomes());
            long next = session.ackBelow();
            for (Remembered outcome : session.outcomes()) {
                assertThat(outcome.sequence()).isEqualTo(next++);
            }
        }
        assertThat(state.sessions().size())
                .as("sessions")
                .isEqualTo(size)
                .isLessThanOrEqualTo(state.settings().getMaxSessions());
    }

    private static void checkEvents(RegistryState state) {
        EventRing ring = state.events();
        long next = ring.firstSequence();
        long revision = 0;
        long time = 0;
        for (Event event : ring.from(0)) {
            assertThat(event.getSequence()).as("events are dense").isEqualTo(next++);
            assertThat(event.getRevision()).isBetween(Math.max(1, revision), state.revision());
            assertThat(event.getTimeMillis()).isBetween(time, state.clockMillis());
            revision = event.getRevision();
            time = event.getTimeMillis();
        }
        assertThat(ring.lastSequence()).isEqualTo(next - 1);
        assertThat(ring.size()).isLessThanOrEqualTo(state.settings().getMaxEvents());
        assertThat(state.revision() == 0 || revision == state.revision())
                .as("the newest revision %s has an event", state.revision())
                .isTrue();
    }

    /** Puts the same records together from nothing, in another order, and compares all sums and counts. */
    private static void checkSums(RegistryState state) {
        Catalog catalog = Catalog.empty();
        Leases leases = Leases.empty();
        Sessions sessions = Sessions.empty();
        for (Lease lease : reversed(state.leases().all())) {
            leases = leases.with(lease);
        }
        for (ServiceEntry service : reversed(state.catalog().services())) {
            for (Tombstone tombstone : reversed(service.removedSince(0))) {
                catalog = catalog.with(service.name(), tombstone);
            }
            for (InstanceRecord record : reversed(service.instances())) {
                catalog = catalog.with(new Key(service.name(), record.id()), record);
            }
            catalog = catalog.with(service.name(), service.revision());
            if (service.budget() != null) {
                catalog = catalog.with(service.name(), service.budget());
            }
        }
        for (Session session : reversed(state.sessions().all())) {
            Session copy = Session.stored(session.id(), session.clientName(), session.generation(), session.ackBelow());
            for (Remembered outcome : session.outcomes()) {
                copy = copy.remember(Remembered.of(outcome.sequence(), outcome.digest(), outcome.result()));
            }
            sessions = sessions.with(copy);
        }
        EventRing events = EventRing.startingAt(state.events().firstSequence());
        for (Event event : state.events().from(0)) {
            events = events.append(event, Integer.MAX_VALUE);
        }
        assertThat(catalog.compactedTo(state.compactedRevision()).fingerprint())
                .as("sums of the catalog")
                .isEqualTo(state.catalog().fingerprint());
        assertThat(leases.fingerprint())
                .as("sum of the leases")
                .isEqualTo(state.leases().fingerprint());
        assertThat(sessions.fingerprint())
                .as("sum of the sessions")
                .isEqualTo(state.sessions().fingerprint());
        assertThat(events.fingerprint())
                .as("sum of the events")
                .isEqualTo(state.events().fingerprint());
    }

    private static <T> List<T> reversed(Iterable<T> items) {
        List<T> reversed = new ArrayList<>();
        items.forEach(item -> reversed.add(0, item));
        return reversed;
    }
}
