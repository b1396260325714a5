// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import dev.muster.core.RegistryState;
import dev.muster.core.catalog.Budget;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.OpenPair;
import dev.muster.core.key.Key;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.core.session.Session.Remembered;
import dev.muster.core.snapshot.SnapshotCodec.Position;
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
import java.io.IOException;

/** Takes a state apart into records, section by section. Not thread-safe. */
final class StateWriter {
    /** So that no record outgrows a frame. */
    private static final int OUTCOMES_PER_RECORD = 64;

    private final RegistryState state;
    private final FrameWriter out;

    StateWriter(RegistryState state, FrameWriter out) {
        this.state = state;
        this.out = out;
    }

    void writeAll(Position position) throws IOException {
        out.write(Section.HEADER, header(position));
        out.write(Section.STATE, scalars());
        for (Session session : state.sessions().all()) {
            write(session);
        }
        for (Lease lease : state.leases().all()) {
            out.write(Section.LEASES, record(lease));
        }
        writeCatalog();
        for (EventRecord event : state.events().from(state.events().firstSequence())) {
            out.write(Section.EVENTS, event.encoded());
        }
        writeKeyspaces();
        for (OpenPair pair : state.pairs().all()) {
            out.write(Section.PAIRS, record(pair));
        }
        out.end();
    }

    private void writeCatalog() throws IOException {
        for (ServiceEntry service : state.catalog().services()) {
            for (InstanceRecord instance : service.unordered()) {
                out.write(Section.INSTANCES, instance.encoded());
            }
        }
        for (ServiceEntry service : state.catalog().services()) {
            for (Tombstone tombstone : service.removedSince(0)) {
                out.write(Section.TOMBSTONES, record(service, tombstone));
            }
        }
        for (ServiceEntry service : state.catalog().services()) {
            out.write(Section.SERVICES, record(service));
        }
        for (ServiceEntry service : state.catalog().services()) {
            Budget budget = service.budget();
            if (budget != null) {
                out.write(Section.BUDGETS, record(service, budget));
            }
        }
    }

    private void writeKeyspaces() throws IOException {
        for (Keyspace keyspace : state.keyspaces().all()) {
            out.write(Section.KEYSPACES, record(keyspace));
        }
        for (Keyspace keyspace : state.keyspaces().all()) {
            for (KeyRange range : keyspace.held()) {
                out.write(Section.KEY_RANGES, record(keyspace, range));
            }
            for (KeyRange range : keyspace.settled()) {
                out.write(Section.KEY_RANGES, record(keyspace, range));
            }
        }
    }

    private void write(Session session) throws IOException {
        SessionRecord.Builder record = SessionRecord.newBuilder()
                .setId(session.id())
                .setClientName(session.clientName())
                .setGeneration(session.generation())
                .setApplied(session.applied())
                .setAckBelow(session.ackBelow());
        for (Remembered outcome : session.outcomes()) {
            if (record.getOutcomesCount() == OUTCOMES_PER_RECORD) {
                out.write(Section.SESSIONS, record.build());
                record.clear().setId(session.id());
            }
            record.addOutcomes(OutcomeRecord.newBuilder()
                    .setSequence(outcome.sequence())
                    .setDigest(outcome.digest())
                    .setResult(outcome.result()));
        }
        out.write(Section.SESSIONS, record.build());
    }

    private SnapshotHeader header(Position position) {
        return SnapshotHeader.newBuilder()
                .setClusterId(state.clusterId())
                .setGroupId(position.groupId())
                .setTerm(position.term())
                .setIndex(position.index())
                .setRevision(state.revision())
                .setEpochId(state.epochId())
                .setEpochOrdinal(state.epochOrdinal())
                .setFeatureLevel(state.featureLevel())
                .setFirstEvent(state.events().firstSequence())
                .setLastEvent(state.events().lastSequence())
                .setStateHash(state.stateHash())
                .setChain(state.chain())
                .setContentHash(state.contentHash())
                .build();
    }

    private StateRecord scalars() {
        return StateRecord.newBuilder()
                .setClockMillis(state.clockMillis())
                .setTerm(state.term())
                .setLeader(state.leader())
                .setSettings(state.settings())
                .setCompactedRevision(state.compactedRevision())
                .build();
    }

    private static KeyspaceRecord record(Keyspace keyspace) {
        return KeyspaceRecord.newBuilder()
                .setName(keyspace.spec().name())
                .setWidth(keyspace.spec().width())
                .setEpochId(keyspace.epochId())
                .setStart(keyspace.spec().start().toProto())
                .setNext(keyspace.next().toProto())
                .setMax(keyspace.spec().max().toProto())
                .setSummarisedIssued(keyspace.summarised().issued())
                .setSummarisedReturned(keyspace.summarised().returned())
                .setSummarisedLost(keyspace.summarised().lost())
                .build();
    }

    private static KeyRangeRecord record(Keyspace keyspace, KeyRange range) {
        return KeyRangeRecord.newBuilder()
                .setKeyspace(keyspace.spec().name())
                .setRange(range.toProto())
                .build();
    }

    private static PairRecord record(OpenPair pair) {
        PairRecord.Builder record = PairRecord.newBuilder()
                .setOwner(pair.name().owner())
                .setId(pair.name().id())
                .setBefore(pair.before())
                .setLease(pair.lease())
                .setKind(pair.kind());
        Key key = pair.key();
        return (key == null ? record : record.setKey(key.toProto())).build();
    }

    private static LeaseRecord record(Lease lease) {
        return LeaseRecord.newBuilder()
                .setId(lease.id())
                .setTtlMillis(lease.ttlMillis())
                .setSession(lease.session())
                .setHeldSinceMillis(lease.heldSinceMillis())
                .build();
    }

    private static ServiceRecord record(ServiceEntry service) {
        return ServiceRecord.newBuilder()
                .setNamespace(service.namespace())
                .setService(service.service())
                .setRevision(service.revision())
                .build();
    }

    private static TombstoneRecord record(ServiceEntry service, Tombstone tombstone) {
        return TombstoneRecord.newBuilder()
                .setNamespace(service.namespace())
                .setService(service.service())
                .setId(tombstone.id())
                .setIncarnation(tombstone.incarnation())
                .setRevision(tombstone.revision())
                .build();
    }

    private static BudgetRecord record(ServiceEntry service, Budget budget) {
        return BudgetRecord.newBuilder()
                .setNamespace(service.namespace())
                .setService(service.service())
                .setWindowStartMillis(budget.windowStartMillis())
                .setSizeAtStart(budget.sizeAtStart())
                .setExpired(budget.expired())
                .build();
    }
}
