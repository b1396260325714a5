// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Budget;
import dev.muster.core.catalog.Catalog;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.EventRing;
import dev.muster.core.event.OpenPair;
import dev.muster.core.event.OpenPairs;
import dev.muster.core.key.Key;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.Keyspaces;
import dev.muster.core.keyspace.Tally;
import dev.muster.core.keyspace.Uint128;
import dev.muster.core.lease.Lease;
import dev.muster.core.lease.Leases;
import dev.muster.core.session.Session;
import dev.muster.core.session.Session.Remembered;
import dev.muster.core.session.Sessions;
import dev.muster.internal.v1.Settings;
import dev.muster.v1.Event;
import dev.muster.v1.Instance;
import dev.muster.v1.KeyStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is true of every state, checked by walking all of it: counters, sums, indexes and bounds. */
public final class RegistryInvariants {
    private final RegistryState state;
    private final Settings settings;

    private RegistryInvariants(RegistryState state) {
        this.state = state;
        this.settings = state.settings();
    }

    /** Throws an AssertionError that names what does not hold. */
    public static void check(RegistryState state) {
        RegistryInvariants invariants = new RegistryInvariants(state);
        invariants.checkCatalog();
        invariants.checkTombstones();
        invariants.checkLeases();
        invariants.checkSessions();
        invariants.checkKeyspaces();
        invariants.checkEvents();
        invariants.checkPairs();
        invariants.checkSums();
    }

    private void checkCatalog() {
        Catalog catalog = state.catalog();
        int services = 0;
        int instances = 0;
        ServiceEntry before = null;
        for (ServiceEntry service : catalog.services()) {
            hold(before == null || before.name().compareTo(service.name()) < 0, "services are ordered", service.name());
            hold(catalog.service(service.namespace(), service.service()) == service, "is found", service.name());
            checkService(service);
            before = service;
            services++;
            instances += service.size();
        }
        same(catalog.serviceCount(), services, "services");
        same(catalog.instanceCount(), instances, "instances");
        hold(instances <= settings.getMaxInstances(), "instances are bounded", instances);
    }

    private void checkService(ServiceEntry service) {
        int size = 0;
        int serving = 0;
        int leased = 0;
        String before = "";
        for (InstanceRecord record : service.instances()) {
            hold(record.id().compareTo(before) > 0, "instances are ordered", record.id());
            checkInstance(service, record);
            before = record.id();
            size++;
            serving += record.serving() ? 1 : 0;
            leased += record.lease() != 0 ? 1 : 0;
        }
        same(service.size(), size, "size of " + service.name());
        same(service.serving(), serving, "serving of " + service.name());
        same(service.leased(), leased, "leased of " + service.name());
        hold(size <= settings.getMaxInstancesPerService(), "a service is bounded", service.name());
        hold(size > 0 || service.removedSince(0).iterator().hasNext(), "is there for a reason", service.name());
        hold(service.revision() >= 1 && service.revision() <= state.revision(), "has a revision", service.name());
    }

    private void checkInstance(ServiceEntry service, InstanceRecord record) {
        Instance instance = record.toInstance();
        Key key = new Key(service.name(), record.id());
        hold(Key.of(instance.getKey()).equals(key), "is stored under its key", key);
        hold(instance.getStatus() == record.status(), "status is the stored one", key);
        same(instance.getLease(), record.lease(), "lease of " + key);
        same(instance.getIncarnation(), record.incarnation(), "incarnation of " + key);
        hold(record.incarnation() <= instance.getCreateRevision(), "was created by its incarnation or later", key);
        same(instance.getModifyRevision(), record.modifyRevision(), "modify revision of " + key);
        hold(record.incarnation() >= 1, "has an incarnation", key);
        hold(instance.getCreateRevision() <= record.modifyRevision(), "is modified after it was created", key);
        hold(record.modifyRevision() <= service.revision(), "its service knows of the change", key);
        hold(InstanceRecord.of(instance).encoded().equals(record.encoded()), "has the one encoding", key);
        hold(service.tombstone(record.id()) == null, "has no tombstone", key);
        hold(record.lease() == 0 || contains(state.leases().keys(record.lease()), key), "its lease knows it", key);
    }

    private void checkTombstones() {
        int tombstones = 0;
        for (ServiceEntry service : state.catalog().services()) {
            long before = state.compactedRevision();
            for (Tombstone tombstone : service.removedSince(0)) {
                hold(tombstone.equals(service.tombstone(tombstone.id())), "is found", tombstone);
                hold(tombstone.revision() >= before, "tombstones are ordered and not compacted", tombstone);
                hold(tombstone.revision() <= service.revision(), "its service knows of the removal", tombstone);
                hold(tombstone.incarnation() < tombstone.revision(), "was removed after it was created", tombstone);
                before = tombstone.revision();
                tombstones++;
            }
        }
        same(state.catalog().tombstoneCount(), tombstones, "tombstones");
        hold(tombstones <= settings.getMaxTombstones(), "tombstones are bounded", tombstones);
    }

    private void checkLeases() {
        Leases leases = state.leases();
        int size = 0;
        int bound = 0;
        List<Lease> held = new ArrayList<>();
        for (Lease lease : leases.all()) {
            size++;
            bound += leases.keyCount(lease.id());
            if (lease.held()) {
                held.add(lease);
            }
            for (Key key : leases.keys(lease.id())) {
                InstanceRecord record = state.catalog().instance(key);
                hold(record != null && record.lease() == lease.id(), "lives under " + lease, key);
            }
            if (lease.session() != 0) {
                Session session = state.sessions().get(lease.session());
                hold(session != null && contains(session.leases(), lease.id()), "its session knows it", lease);
            }
        }
        int leased = 0;
        for (ServiceEntry service : state.catalog().services()) {
            leased += service.leased();
        }
        same(bound, leased, "instances under leases");
        same(leases.size(), size, "leases");
        same(leases.heldCount(), held.size(), "held leases");
        hold(reversed(leases.held()).equals(reversed(held)), "held leases are indexed", held);
        hold(size <= settings.getMaxLeases(), "leases are bounded", size);
    }

    private void checkSessions() {
        int size = 0;
        for (Session session : state.sessions().all()) {
            size++;
            hold(contains(session.leases(), session.id()), "a session has its own lease", session.id());
            for (long id : session.leases()) {
                Lease lease = state.leases().get(id);
                hold(lease != null && lease.session() == session.id(), "is a lease of session " + session.id(), id);
            }
            hold(session.ackBelow() >= 1, "has not acknowledged nothing", session.id());
            same(session.outcomeCount(), session.applied() - session.ackBelow() + 1, "outcomes");
            hold(session.outcomeCount() <= settings.getMaxOutcomes(), "outcomes are bounded", session.id());
            long next = session.ackBelow();
            for (Remembered outcome : session.outcomes()) {
                same(outcome.sequence(), next++, "sequence");
            }
        }
        same(state.sessions().size(), size, "sessions");
        hold(size <= settings.getMaxSessions(), "sessions are bounded", size);
    }

    private void checkKeyspaces() {
        int size = 0;
        for (Keyspace keyspace : state.keyspaces().all()) {
            checkKeyspace(keyspace);
            size++;
        }
        same(state.keyspaces().size(), size, "keyspaces");
        hold(size <= Limits.MAX_KEYSPACES, "keyspaces are bounded", size);
    }

    private void checkKeyspace(Keyspace keyspace) {
        String name = keyspace.spec().name();
        Tally tally = keyspace.tally();
        Uint128 handedOut = keyspace.next().minus(keyspace.spec().start());
        hold(handedOut.high() == 0 && handedOut.low() == tally.sum(), "all that was handed out is counted", name);
        hold(keyspace.next().compareTo(keyspace.spec().max().plus(1)) <= 0, "nothing is above the maximum", name);
        same(keyspace.summarised().held(), 0, "summarised held numbers of " + name);
        Tally counted = keyspace.summarised();
        Uint128 above = null;
        for (KeyRange range : reversed(keyspace.ranges(null, 0, Integer.MAX_VALUE))) {
            boolean apart = above == null || keyspace.counter(range.last()).compareTo(above) < 0;
            hold(range.first().compareTo(range.last()) <= 0 && apart, "ranges are apart", range);
            boolean held = range.status() == KeyStatus.KEY_STATUS_HELD;
            hold(held == contains(keyspace.held(), range), "held ranges are those of holders", range);
            hold(!held || contains(keyspace.heldBy(range.session()), range), "its owner is known", range);
            hold(!held || state.sessions().get(range.session()) != null, "its owner lives", range);
            hold(range.equals(keyspace.endingWith(range.last())), "is found", range);
            counted = counted.plus(range.status(), range.size());
            above = keyspace.counter(range.first());
        }
        hold(counted.equals(tally), "ranges and what was summarised add up to " + tally, counted);
        hold(keyspace.settledCount() <= Limits.MAX_LEDGER_RANGES, "the ledger is bounded", name);
        hold(keyspace.heldCount() <= Limits.MAX_HELD_KEYSETS, "held sets are bounded", name);
    }

    private void checkEvents() {
        EventRing ring = state.events();
        long next = ring.firstSequence();
        long revision = 0;
        long time = 0;
        for (EventRecord kept : ring.from(0)) {
            Event event = kept.toEvent();
            same(event.getSequence(), next++, "event");
            hold(event.getRevision() >= Math.max(1, revision), "revisions of events never fall", event);
            hold(event.getTimeMillis() >= time, "times of events never fall", event);
            revision = event.getRevision();
            time = event.getTimeMillis();
        }
        same(ring.lastSequence(), next - 1, "last event");
        same(state.revision(), revision, "revision of the newest event");
        hold(time <= state.clockMillis(), "the clock is at or after the newest event", time);
        hold(ring.size() <= settings.getMaxEvents(), "events are bounded", ring.size());
    }

    private void checkPairs() {
        int size = 0;
        OpenPairs rebuilt = OpenPairs.empty();
        for (OpenPair pair : reversed(state.pairs().all())) {
            hold(pair.equals(state.pairs().get(pair.name())), "is found", pair);
            hold(contains(state.pairs().under(pair.lease()), pair), "is under its lease", pair);
            Lease lease = state.leases().get(pair.lease());
            hold(lease != null && (lease.session() == 0 || lease.ofSessionItself()), "its lease lives", pair);
            hold(pair.before() >= 1 && pair.before() <= state.events().lastSequence(), "was told", pair);
            rebuilt = rebuilt.with(pair);
            size++;
        }
        same(state.pairs().size(), size, "pairs");
        hold(size <= settings.getMaxPairs(), "pairs are bounded", size);
        same(rebuilt.fingerprint(), state.pairs().fingerprint(), "sum of the pairs");
    }

    /** Puts the same records together from nothing, in another order, and compares all sums and counts. */
    private void checkSums() {
        same(rebuiltCatalog().fingerprint(), state.catalog().fingerprint(), "sums of the catalog");
        Leases leases = Leases.empty();
        for (Lease lease : reversed(state.leases().all())) {
            leases = leases.with(lease);
        }
        same(leases.fingerprint(), state.leases().fingerprint(), "sum of the leases");
        same(rebuiltSessions().fingerprint(), state.sessions().fingerprint(), "sum of the sessions");
        same(rebuiltKeyspaces().fingerprint(), state.keyspaces().fingerprint(), "sum of the keyspaces");
        EventRing events = EventRing.of(state.events().firstSequence(), List.of());
        for (EventRecord event : state.events().from(0)) {
            events = events.append(EventRecord.of(event.toEvent()), Integer.MAX_VALUE);
        }
        same(events.fingerprint(), state.events().fingerprint(), "sum of the events");
    }

    private Catalog rebuiltCatalog() {
        Catalog catalog = Catalog.empty();
        for (ServiceEntry service : reversed(state.catalog().services())) {
            for (Tombstone tombstone : reversed(service.removedSince(0))) {
                catalog = catalog.with(service.name(), tombstone);
            }
            for (InstanceRecord record : reversed(service.instances())) {
                catalog = catalog.with(new Key(service.name(), record.id()), record);
            }
            catalog = catalog.with(service.name(), service.revision());
            Budget budget = service.budget();
            catalog = budget == null ? catalog : catalog.with(service.name(), budget);
        }
        return catalog.compactedTo(state.compactedRevision());
    }

    private Sessions rebuiltSessions() {
        Sessions sessions = Sessions.empty();
        for (Session session : reversed(state.sessions().all())) {
            Session copy = Session.stored(session.id(), session.clientName(), session.generation(), session.ackBelow());
            for (Remembered outcome : session.outcomes()) {
                copy = copy.remember(Remembered.of(outcome.sequence(), outcome.digest(), outcome.result()));
            }
            sessions = sessions.with(copy);
        }
        return sessions;
    }

    private Keyspaces rebuiltKeyspaces() {
        Keyspaces keyspaces = Keyspaces.empty();
        for (Keyspace keyspace : reversed(state.keyspaces().all())) {
            Keyspace copy =
                    Keyspace.stored(keyspace.spec(), keyspace.epochId(), keyspace.next(), keyspace.summarised());
            for (KeyRange range : reversed(keyspace.ranges(null, 0, Integer.MAX_VALUE))) {
                copy = copy.with(range);
            }
            keyspaces = keyspaces.with(copy);
        }
        return keyspaces;
    }

    private static <T> boolean contains(Iterable<T> items, T wanted) {
        Set<T> all = new HashSet<>();
        items.forEach(all::add);
        return all.contains(wanted);
    }

    private static <T> List<T> reversed(Iterable<T> items) {
        List<T> reversed = new ArrayList<>();
        items.forEach(reversed::add);
        Collections.reverse(reversed);
        return reversed;
    }

    private static void same(long found, long expected, String what) {
        if (found != expected) {
            throw new AssertionError(what + ": " + found + " (expected: " + expected + ")");
        }
    }

    private static void hold(boolean holds, String claim, @Nullable Object about) {
        if (!holds) {
            throw new AssertionError(about + ": does not hold: " + claim);
        }
    }
}
