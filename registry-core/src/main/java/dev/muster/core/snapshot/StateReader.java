// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import com.google.protobuf.ByteString;
import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.Budget;
import dev.muster.core.catalog.Catalog;
import dev.muster.core.catalog.CatalogBuilder;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.EventRing;
import dev.muster.core.event.OpenPair;
import dev.muster.core.event.OpenPairs;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.KeyspaceSpec;
import dev.muster.core.keyspace.Keyspaces;
import dev.muster.core.keyspace.Tally;
import dev.muster.core.keyspace.Uint128;
import dev.muster.core.lease.Lease;
import dev.muster.core.lease.Leases;
import dev.muster.core.session.Session;
import dev.muster.core.session.Session.Remembered;
import dev.muster.core.session.Sessions;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.internal.v1.BudgetRecord;
import dev.muster.internal.v1.KeyRangeRecord;
import dev.muster.internal.v1.KeyspaceRecord;
import dev.muster.internal.v1.LeaseRecord;
import dev.muster.internal.v1.OutcomeRecord;
import dev.muster.internal.v1.PairRecord;
import dev.muster.internal.v1.ServiceRecord;
import dev.muster.internal.v1.SessionRecord;
import dev.muster.internal.v1.SnapshotHeader;
import dev.muster.internal.v1.StateRecord;
import dev.muster.internal.v1.TombstoneRecord;
import dev.muster.v1.Event;
import dev.muster.v1.Instance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a state together from its records.
 *
 * <p>What it returns hashes to what the header says; all counts, sums and indexes are made anew on the way. Not
 * thread-safe.
 */
final class StateReader implements FrameReader.Sink {
    private @Nullable SnapshotHeader header;
    private @Nullable StateRecord scalars;
    private final Known known;
    private final CatalogBuilder instances = new CatalogBuilder();
    private final Leases.Binder bound = new Leases.Binder();
    private final List<EventRecord> events = new ArrayList<>();
    private @Nullable Catalog catalog;
    private Leases leases = Leases.empty();
    private Sessions sessions = Sessions.empty();
    private Keyspaces keyspaces = Keyspaces.empty();
    private OpenPairs pairs = OpenPairs.empty();

    StateReader(RegistryState known) {
        this.known = new Known(known);
    }

    @Override
    public void accept(Section section, ByteString record) throws IOException {
        switch (section) {
            case HEADER -> add(SnapshotHeader.parseFrom(record));
            case STATE -> add(StateRecord.parseFrom(record));
            case SESSIONS -> add(SessionRecord.parseFrom(record));
            case LEASES -> add(LeaseRecord.parseFrom(record));
            case INSTANCES -> addInstance(record);
            case TOMBSTONES -> add(TombstoneRecord.parseFrom(record));
            case SERVICES -> add(ServiceRecord.parseFrom(record));
            case BUDGETS -> add(BudgetRecord.parseFrom(record));
            case EVENTS -> addEvent(record);
            case KEYSPACES -> add(KeyspaceRecord.parseFrom(record));
            case KEY_RANGES -> add(KeyRangeRecord.parseFrom(record));
            case PAIRS -> add(PairRecord.parseFrom(record));
            case END -> throw new IllegalStateException("the end has no records");
        }
    }

    /** The snapshot, once all records are in. */
    Snapshot finish() {
        SnapshotHeader header = require(this.header, Section.HEADER);
        StateRecord scalars = require(this.scalars, Section.STATE);
        RegistryState state = RegistryState.empty().toBuilder()
                .identity(header.getClusterId(), header.getEpochId(), header.getEpochOrdinal(), scalars.getSettings())
                .featureLevel(header.getFeatureLevel())
                .revision(header.getRevision())
                .clockMillis(scalars.getClockMillis())
                .term(scalars.getTerm(), scalars.getLeader())
                .catalog(catalog().compactedTo(scalars.getCompactedRevision()))
                .leases(bound.into(leases))
                .sessions(sessions)
                .keyspaces(keyspaces)
                .events(EventRing.of(header.getFirstEvent(), events))
                .pairs(pairs)
                .chain(header.getChain())
                .stateHash(header.getStateHash())
                .build();
        check("last event", header.getLastEvent(), state.events().lastSequence());
        check("content hash", header.getContentHash(), state.contentHash());
        return new Snapshot(header, state);
    }

    private void add(SnapshotHeader record) throws NewerSnapshotException {
        if (header != null) {
            throw new IllegalStateException("a second header");
        }
        if (record.getFeatureLevel() > Limits.FEATURE_LEVEL) {
            throw new NewerSnapshotException("the snapshot has feature level " + record.getFeatureLevel()
                    + ", this version knows " + Limits.FEATURE_LEVEL);
        }
        header = record;
    }

    private void add(StateRecord record) {
        if (scalars != null) {
            throw new IllegalStateException("a second state record");
        }
        scalars = record;
    }

    private void add(SessionRecord record) {
        Session session = sessions.get(record.getId());
        if (session == null) {
            session = Session.stored(
                    record.getId(), record.getClientName(), record.getGeneration(), record.getAckBelow());
        }
        for (OutcomeRecord outcome : record.getOutcomesList()) {
            session = session.remember(Remembered.of(outcome.getSequence(), outcome.getDigest(), outcome.getResult()));
        }
        sessions = sessions.with(session);
    }

    private void add(LeaseRecord record) {
        leases = leases.with(
                new Lease(record.getId(), record.getTtlMillis(), record.getSession(), record.getHeldSinceMillis()));
        if (record.getSession() != 0) {
            Session session = sessions.get(record.getSession());
            if (session == null) {
                throw new IllegalStateException("lease " + record.getId() + " is of an unknown session");
            }
            sessions = sessions.with(session.with(record.getId()));
        }
    }

    private void addInstance(ByteString record) throws IOException {
        if (catalog != null) {
            throw new IllegalStateException("an instance after what follows all of them");
        }
        InstanceRecord instance = known.instance(record);
        ServiceName service;
        if (instance == null) {
            Instance parsed = Instance.parseFrom(record);
            instance = InstanceRecord.stored(parsed, record);
            service = Key.of(parsed.getKey()).service();
        } else {
            service = known.service();
        }
        bound.bind(instance.lease(), instances.add(service, instance), instance.incarnation());
    }

    /** The list; from now on it takes no more instances. */
    private Catalog catalog() {
        Catalog built = catalog == null ? instances.build() : catalog;
        catalog = built;
        return built;
    }

    private void add(TombstoneRecord record) {
        catalog = catalog()
                .with(
                        new ServiceName(record.getNamespace(), record.getService()),
                        new Tombstone(record.getId(), record.getIncarnation(), record.getRevision()));
    }

    private void add(ServiceRecord record) {
        catalog = catalog().with(new ServiceName(record.getNamespace(), record.getService()), record.getRevision());
    }

    private void add(BudgetRecord record) {
        catalog = catalog()
                .with(
                        new ServiceName(record.getNamespace(), record.getService()),
                        new Budget(record.getWindowStartMillis(), record.getSizeAtStart(), record.getExpired()));
    }

    private void add(KeyspaceRecord record) {
        keyspaces = keyspaces.with(Keyspace.stored(
                new KeyspaceSpec(
                        record.getName(),
                        record.getWidth(),
                        Uint128.of(record.getStart()),
                        Uint128.of(record.getMax())),
                record.getEpochId(),
                Uint128.of(record.getNext()),
                new Tally(
                        0, record.getSummarisedIssued(), record.getSummarisedReturned(), record.getSummarisedLost())));
    }

    private void add(KeyRangeRecord record) {
        Keyspace keyspace = keyspaces.get(record.getKeyspace());
        if (keyspace == null) {
            throw new IllegalStateException("a range of an unknown keyspace");
        }
        keyspaces = keyspaces.with(keyspace.with(KeyRange.of(record.getRange())));
    }

    private void add(PairRecord record) {
        pairs = pairs.with(new OpenPair(
                new OpenPair.Name(record.getOwner(), record.getId()),
                record.getBefore(),
                record.getLease(),
                record.getKind(),
                record.hasKey() ? Key.of(record.getKey()) : null));
    }

    private void addEvent(ByteString record) throws IOException {
        EventRecord event = known.event(record);
        events.add(event == null ? EventRecord.stored(Event.parseFrom(record), record) : event);
    }

    private static <T> T require(@Nullable T record, Section section) {
        if (record == null) {
            throw new IllegalStateException("no " + section);
        }
        return record;
    }

    private static void check(String what, long stored, long found) {
        if (stored != found) {
            throw new IllegalStateException(
                    what + " is " + Long.toHexString(found) + " (expected: " + Long.toHexString(stored) + ")");
        }
    }
}
