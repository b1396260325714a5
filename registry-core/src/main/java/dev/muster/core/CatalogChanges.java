// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.key.Key;
import dev.muster.core.lease.Lease;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.BatchResponse;
import dev.muster.v1.Change;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.DeregisterResponse;
import dev.muster.v1.EventType;
import dev.muster.v1.Instance;
import dev.muster.v1.Past;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.Result;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import dev.muster.v1.UpdateResponse;
import org.jspecify.annotations.Nullable;

/** What clients do to the list: register, deregister, update, or several of these at once. Stateless. */
final class CatalogChanges {
    private CatalogChanges() {}

    static Result register(Draft draft, RegisterRequest request) {
        Validation.register(request);
        long incarnation = enter(draft, request);
        return Result.newBuilder()
                .setRegister(
                        RegisterResponse.newBuilder().setHeader(draft.header()).setIncarnation(incarnation))
                .build();
    }

    static Result deregister(Draft draft, DeregisterRequest request) {
        Validation.deregister(request);
        remove(draft, request);
        return Result.newBuilder()
                .setDeregister(DeregisterResponse.newBuilder().setHeader(draft.header()))
                .build();
    }

    static Result update(Draft draft, UpdateRequest request) {
        Validation.update(request);
        amend(draft, request);
        return Result.newBuilder()
                .setUpdate(UpdateResponse.newBuilder().setHeader(draft.header()))
                .build();
    }

    static Result batch(Draft draft, BatchRequest request) {
        Validation.batch(request);
        BatchResponse.Builder response = BatchResponse.newBuilder();
        for (int i = 0; i < request.getChangesCount(); i++) {
            try {
                response.addIncarnations(change(draft, request.getChanges(i)));
            } catch (Rejection rejection) {
                throw rejection.within("changes[" + i + "]");
            }
        }
        return Result.newBuilder().setBatch(response.setHeader(draft.header())).build();
    }

    /** The incarnation that is registered after the change, 0 for none. */
    private static long change(Draft draft, Change change) {
        return switch (change.getChangeCase()) {
            case REGISTER -> enter(draft, change.getRegister());
            case DEREGISTER -> remove(draft, change.getDeregister());
            case UPDATE -> amend(draft, change.getUpdate());
            case CHANGE_NOT_SET -> throw Rejection.unsupported("the change");
        };
    }

    private static long enter(Draft draft, RegisterRequest request) {
        Key named = Key.of(request.getInstance().getKey());
        ServiceEntry service = draft.catalog.service(named.service());
        Key key = service == null ? named : service.key(named.id());
        InstanceRecord live = service == null ? null : service.instance(key.id());
        long lease = LeaseChanges.usable(draft, request.getLease());
        checkFence(draft, key, request.getSupersedes(), live == null ? removed(service, key) : live.incarnation());
        Instance.Builder given = normal(key, lease, request.getInstance());
        if (live == null) {
            checkRoom(draft, service);
            long incarnation = request.getSupersedes() == 0
                    ? begin(draft, key, given, null)
                    : comeBack(draft, key, given, request.getSupersedes());
            Keepers.back(draft, key, incarnation, lease, tombstone(service, key));
            return incarnation;
        }
        return request.getSupersedes() == live.incarnation()
                ? renew(draft, key, given, live)
                : begin(draft, key, given, live);
    }

    /** The incarnation that was removed last, 0 when none is known. */
    private static long removed(@Nullable ServiceEntry service, Key key) {
        Tombstone tombstone = tombstone(service, key);
        return tombstone == null ? 0 : tombstone.incarnation();
    }

    private static @Nullable Tombstone tombstone(@Nullable ServiceEntry service, Key key) {
        return service == null ? null : service.tombstone(key.id());
    }

    private static void checkFence(Draft draft, Key key, long supersedes, long known) {
        if (Long.compareUnsigned(supersedes, draft.base().revision()) > 0) {
            throw Rejection.invalid(
                    "supersedes", Long.toUnsignedString(supersedes), "an incarnation that this registry gave, or 0");
        }
        if (supersedes != 0 && Long.compareUnsigned(known, supersedes) > 0) {
            throw Rejection.fenced(key, supersedes, known);
        }
    }

    /** A new incarnation, in place of the one of another process if there is one. */
    private static long begin(Draft draft, Key key, Instance.Builder given, @Nullable InstanceRecord replaced) {
        long revision = draft.nextRevision();
        Instance entered = entered(draft, given, revision);
        Past past = draft.past(key, replaced == null ? null : replaced.toInstance());
        store(draft, key, entered, replaced);
        if (replaced == null) {
            draft.emit(EventType.EVENT_TYPE_INSTANCE_REGISTERED, "registered", key, entered, past);
        } else {
            fence(draft, key, replaced, revision);
            draft.emit(
                    EventType.EVENT_TYPE_INSTANCE_REPLACED,
                    "a new process took over from incarnation " + replaced.incarnation(),
                    key,
                    entered,
                    past);
        }
        return revision;
    }

    /** Tells what became of the older process; the event of the newer one tells of the list. */
    private static void fence(Draft draft, Key key, InstanceRecord older, long newer) {
        Lease lease = draft.leases.get(older.lease());
        draft.emit(
                        EventType.EVENT_TYPE_INSTANCE_FENCED,
                        "another process took its place as incarnation " + Long.toUnsignedString(newer))
                .setKey(key.toProto())
                .setIncarnation(older.incarnation())
                .setLease(older.lease())
                .setSession(lease == null ? 0 : lease.session());
    }

    /**
     * The process that was listed last is back, and no other came between. It keeps its incarnation: had it got a new one
     * and not heard of it, it would be fenced by itself at the next try.
     */
    private static long comeBack(Draft draft, Key key, Instance.Builder given, long incarnation) {
        Instance entered = entered(draft, given, incarnation);
        Past past = draft.past(key, null);
        store(draft, key, entered, null);
        draft.emit(
                EventType.EVENT_TYPE_INSTANCE_REGISTERED, "registered again by the same process", key, entered, past);
        return incarnation;
    }

    private static Instance entered(Draft draft, Instance.Builder given, long incarnation) {
        return given.setIncarnation(incarnation)
                .setCreateRevision(draft.nextRevision())
                .setModifyRevision(draft.nextRevision())
                .setRegisteredAtMillis(draft.clockMillis())
                .build();
    }

    /** The same incarnation again; nothing happens if it says what it said before. */
    private static long renew(Draft draft, Key key, Instance.Builder given, InstanceRecord live) {
        Instance before = live.toInstance();
        Instance again = given.setIncarnation(before.getIncarnation())
                .setCreateRevision(before.getCreateRevision())
                .setModifyRevision(before.getModifyRevision())
                .setRegisteredAtMillis(before.getRegisteredAtMillis())
                .build();
        replaceIfDifferent(draft, key, live, before, again, "registered again with other data");
        return live.incarnation();
    }

    private static long remove(Draft draft, DeregisterRequest request) {
        Key key = Key.of(request.getKey());
        InstanceRecord live = registered(draft, key, request.getIncarnation());
        Past past = draft.past(key, live.toInstance());
        draft.catalog = draft.catalog.without(key, draft.nextRevision());
        draft.leases = draft.leases.unbind(live.lease(), key, live.incarnation());
        draft.emit(
                EventType.EVENT_TYPE_INSTANCE_DEREGISTERED,
                "deregistered",
                key,
                live.incarnation(),
                live.lease(),
                past);
        return 0;
    }

    private static long amend(Draft draft, UpdateRequest request) {
        Key key = Key.of(request.getKey());
        InstanceRecord live = registered(draft, key, request.getIncarnation());
        long expected = request.getExpectedModifyRevision();
        if (expected != 0 && expected != live.modifyRevision()) {
            throw Rejection.revisionConflict(key, expected, live.modifyRevision(), live.incarnation());
        }
        Instance before = live.toInstance();
        Instance.Builder after = before.toBuilder();
        if (request.hasStatus()) {
            after.setStatus(request.getStatus());
        }
        if (request.hasWeight()) {
            after.setWeight(request.getWeight());
        }
        if (request.hasMetadata()) {
            after.clearMetadata().putAllMetadata(request.getMetadata().getEntriesMap());
        }
        replaceIfDifferent(draft, key, live, before, after.build(), "updated");
        return live.incarnation();
    }

    private static InstanceRecord registered(Draft draft, Key key, long incarnation) {
        InstanceRecord live = draft.catalog.instance(key);
        if (live == null) {
            throw Rejection.notFound(key);
        }
        if (incarnation != 0 && incarnation != live.incarnation()) {
            throw Rejection.incarnationConflict(key, incarnation, live.incarnation());
        }
        return live;
    }

    private static void replaceIfDifferent(
            Draft draft, Key key, InstanceRecord live, Instance before, Instance after, String cause) {
        if (!after.equals(before)) {
            Past past = draft.past(key, before);
            store(
                    draft,
                    key,
                    after.toBuilder().setModifyRevision(draft.nextRevision()).build(),
                    live);
            draft.emit(EventType.EVENT_TYPE_INSTANCE_UPDATED, cause, key, after, past);
        }
    }

    private static void store(Draft draft, Key key, Instance instance, @Nullable InstanceRecord replaced) {
        draft.catalog = draft.catalog.with(key, InstanceRecord.of(instance));
        if (replaced != null) {
            if (replaced.lease() == instance.getLease() && replaced.incarnation() == instance.getIncarnation()) {
                return;
            }
            draft.leases = draft.leases.unbind(replaced.lease(), key, replaced.incarnation());
        }
        draft.leases = draft.leases.bind(instance.getLease(), key, instance.getIncarnation());
    }

    private static void checkRoom(Draft draft, @Nullable ServiceEntry service) {
        int all = draft.settings().getMaxInstances();
        if (draft.catalog.instanceCount() >= all) {
            throw Rejection.limit("max_instances", all);
        }
        int each = draft.settings().getMaxInstancesPerService();
        if (service != null && service.size() >= each) {
            throw Rejection.limit("max_instances_per_service", each);
        }
    }

    /** What the request says, with its defaults spelled out and without what only the registry sets. */
    private static Instance.Builder normal(Key key, long lease, Instance given) {
        return Instance.newBuilder()
                .setKey(key.toProto())
                .addAllEndpoints(given.getEndpointsList())
                .setZone(given.getZone())
                .setWeight(given.getWeight() == 0 ? Limits.DEFAULT_WEIGHT : given.getWeight())
                .setVersion(given.getVersion())
                .putAllMetadata(given.getMetadataMap())
                .setStatus(given.getStatus() == Status.STATUS_UNSPECIFIED ? Status.STATUS_UP : given.getStatus())
                .setLease(lease);
    }
}
