// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Catalog;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.EventRing;
import dev.muster.core.event.OpenPairs;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import dev.muster.core.keyspace.Keyspaces;
import dev.muster.core.lease.Leases;
import dev.muster.core.session.Session;
import dev.muster.core.session.Sessions;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Settings;
import dev.muster.internal.v1.Stamp;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.Header;
import dev.muster.v1.Instance;
import dev.muster.v1.Past;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state in the making by one command.
 *
 * <p>An operation replaces the parts that it changes and emits an event for each change; a draft without events makes no
 * revision. Lives as long as one {@link Registry#apply} and is not thread-safe.
 */
final class Draft {
    /** The parts, as the operation left them so far. */
    Catalog catalog;

    Leases leases;
    Sessions sessions;
    Keyspaces keyspaces;
    OpenPairs pairs;

    private final RegistryState base;
    private final Command command;
    private final List<Event.Builder> events = new ArrayList<>(2);
    private RegistryState.Builder next;
    private Settings settings;
    private Sessions admitted;
    private long clockMillis;
    private boolean jumped;

    Draft(RegistryState base, Command command) {
        this.base = base;
        this.command = command;
        this.catalog = base.catalog();
        this.leases = base.leases();
        this.sessions = base.sessions();
        this.keyspaces = base.keyspaces();
        this.pairs = base.pairs();
        this.admitted = base.sessions();
        this.next = base.toBuilder();
        this.settings = base.settings();
        this.clockMillis = base.clockMillis();
    }

    /** The state before the command. */
    RegistryState base() {
        return base;
    }

    Command command() {
        return command;
    }

    /** The numbers to go by. */
    Settings settings() {
        return settings;
    }

    /** The registry's clock as of this command. */
    long clockMillis() {
        return clockMillis;
    }

    /** The revision that this command makes if it changes something: the id of whatever it creates. */
    long nextRevision() {
        return base.revision() + 1;
    }

    /** The session that the command belongs to, as it stands. */
    @Nullable
    Session session() {
        return sessions.get(command.getSession());
    }

    /**
     * Whether the command is the first one of a cluster that was made from a backup of another one: then everything that
     * stands in the state is of an epoch that has ended.
     */
    boolean beginsEpoch() {
        String clusterId = command.getTermStarted().getGenesis().getClusterId();
        return !base.clusterId().isEmpty() && !clusterId.isEmpty() && !clusterId.equals(base.clusterId());
    }

    /** Follows the stamp: never back, and at most a bounded step forward. The first command of a cluster sets the clock. */
    void tick() {
        long stamped = command.getStamp().getTimeMillis();
        boolean first = base.clusterId().isEmpty() || beginsEpoch();
        long latest = first ? Long.MAX_VALUE : base.clockMillis() + Limits.MAX_CLOCK_STEP_MILLIS;
        jumped = stamped > latest;
        clockMillis = Math.max(base.clockMillis(), Math.min(stamped, latest));
    }

    /** What the session gate changed stays, whatever becomes of the operation. */
    void admit(Session session) {
        sessions = sessions.with(session);
        admitted = sessions;
    }

    /** Forgets what the operation changed. */
    void rollback() {
        catalog = base.catalog();
        leases = base.leases();
        sessions = admitted;
        keyspaces = base.keyspaces();
        pairs = base.pairs();
        next = base.toBuilder();
        settings = base.settings();
        events.clear();
    }

    void create(Genesis genesis) {
        settings = genesis.getSettings();
        next.identity(genesis.getClusterId(), genesis.getEpochId(), genesis.getEpochOrdinal(), settings)
                .featureLevel(genesis.getFeatureLevel());
    }

    void beginEpoch(Genesis genesis) {
        next.identity(genesis.getClusterId(), genesis.getEpochId(), base.epochOrdinal() + 1, settings);
    }

    void startTerm(long term, String leader) {
        next.term(term, leader);
    }

    void featureLevel(int level) {
        next.featureLevel(level);
    }

    /** An event of this command; the caller adds what it concerns. */
    Event.Builder emit(EventType type, String cause) {
        String principal = command.getStamp().getPrincipal();
        Event.Builder event = Event.newBuilder()
                .setType(type)
                .setCause(cause)
                .setActor(principal.isEmpty() ? command.getStamp().getNode() : principal)
                .setSession(command.getSession());
        events.add(event);
        return event;
    }

    /** An event about an instance that is put on the list, changed or removed. */
    Event.Builder emit(EventType type, String cause, Key key, long incarnation, long lease, Past past) {
        return emit(type, cause)
                .setKey(key.toProto())
                .setIncarnation(incarnation)
                .setLease(lease)
                .setPast(past);
    }

    /** An event about what an instance says of itself from now on. */
    void emit(EventType type, String cause, Key key, Instance instance, Past past) {
        emit(type, cause, key, instance.getIncarnation(), instance.getLease(), past)
                .setStatus(instance.getStatus());
    }

    /** How the list stands before a change of the instance under the key. */
    Past past(Key key, @Nullable Instance listed) {
        ServiceEntry service = catalog.service(key.service());
        Past.Builder past = Past.newBuilder().setServiceRevision(service == null ? 0 : service.revision());
        return (listed == null ? past : past.setInstance(listed)).build();
    }

    /** For a write's response: of the revision that it makes, or of the current one if it changed nothing so far. */
    Header header() {
        return base.header(events.isEmpty() ? base.revision() : nextRevision(), 0);
    }

    /** Of the event that was emitted last. A jump of the clock is told before all others. */
    long lastSequence() {
        return base.events().lastSequence() + events.size() + (jumped ? 1 : 0);
    }

    /** What comes of the command. */
    Outcome outcome(Result result) {
        return outcome(result, Fingerprint.of(result));
    }

    /** What comes of the command, for a result whose fingerprint is known. */
    Outcome outcome(Result result, long resultFingerprint) {
        long chain = Fingerprint.mix(base.chain(), fingerprint(command), resultFingerprint);
        next.sessions(sessions).chain(chain);
        return events.isEmpty() ? unchanged(result) : changed(result);
    }

    /** A write of a session carries the fingerprint of its operation; who stamped it stands in its events. */
    private static long fingerprint(Command command) {
        return command.getDigest() == 0
                ? Fingerprint.of(command)
                : Fingerprint.mix(
                        command.getStamp().getTimeMillis(),
                        command.getStamp().getTerm(),
                        command.getSession(),
                        command.getGeneration(),
                        command.getSequence(),
                        command.getAckBelow(),
                        command.getDigest());
    }

    /**
     * The clock takes ordinary steps with every command. A jump waits for a change that can report it, and the first
     * setting for a cluster that is really created.
     */
    private Outcome unchanged(Result result) {
        boolean stays = jumped || base.clusterId().isEmpty() || beginsEpoch();
        next.clockMillis(stays ? base.clockMillis() : clockMillis);
        return new Outcome(next.build(), result, List.of());
    }

    private Outcome changed(Result result) {
        List<EventRecord> numbered = number();
        EventRing ring = base.events();
        for (EventRecord event : numbered) {
            ring = ring.append(event, settings.getMaxEvents());
        }
        RegistryState state = next.revision(nextRevision())
                .clockMillis(clockMillis)
                .catalog(catalog.evict(settings.getMaxTombstones()))
                .leases(leases)
                .keyspaces(keyspaces)
                .pairs(pairs)
                .events(ring)
                .build();
        return new Outcome(next.stateHash(state.contentHash()).build(), result, numbered);
    }

    private List<EventRecord> number() {
        if (jumped) {
            Stamp stamp = command.getStamp();
            emit(
                            EventType.EVENT_TYPE_CLOCK_JUMP,
                            "the leader's clock went from " + base.clockMillis() + " to " + stamp.getTimeMillis()
                                    + " ms; taken as " + clockMillis)
                    .setActor(stamp.getNode());
            Collections.rotate(events, 1);
        }
        List<EventRecord> numbered = new ArrayList<>(events.size());
        for (Event.Builder event : events) {
            numbered.add(finish(event, numbered.size() + 1));
        }
        return Collections.unmodifiableList(numbered);
    }

    private EventRecord finish(Event.Builder event, int place) {
        return EventRecord.of(event.setSequence(base.events().lastSequence() + place)
                .setRevision(nextRevision())
                .setTimeMillis(clockMillis)
                .build());
    }
}
