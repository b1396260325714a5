// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.KeyspaceSpec;
import dev.muster.core.keyspace.Uint128;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.Stamp;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.CreateKeyspaceResponse;
import dev.muster.v1.EventType;
import dev.muster.v1.KeyStatus;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.NextKeySetResponse;
import dev.muster.v1.Result;
import dev.muster.v1.ResumeKeyspaceRequest;
import dev.muster.v1.ResumeKeyspaceResponse;
import dev.muster.v1.ReturnKeysRequest;
import dev.muster.v1.ReturnKeysResponse;
import java.util.List;

/** What happens to numbers: a keyspace is created, key sets are handed out, returned, lost. Stateless. */
final class KeyspaceChanges {
    private KeyspaceChanges() {}

    /** The same keyspace once more changes nothing. */
    static Result create(Draft draft, CreateKeyspaceRequest request) {
        KeyspaceValidation.create(request);
        KeyspaceSpec spec = KeyspaceValidation.spec(request);
        Keyspace existing = draft.keyspaces.get(spec.name());
        if (existing != null && !existing.spec().equals(spec)) {
            throw Rejection.keyspaceConflict(existing.spec());
        }
        if (existing == null && draft.keyspaces.size() >= Limits.MAX_KEYSPACES) {
            throw Rejection.limit("keyspaces", Limits.MAX_KEYSPACES, "use one that exists");
        }
        Keyspace keyspace =
                existing == null ? Keyspace.create(spec, draft.base().epochId()) : existing;
        if (existing == null) {
            draft.keyspaces = draft.keyspaces.with(keyspace);
            draft.emit(
                            EventType.EVENT_TYPE_KEYSPACE_CREATED,
                            "created with " + spec.width() + " bits, from " + spec.start() + " to " + spec.max())
                    .setKeyspace(spec.name());
        }
        return Result.newBuilder()
                .setCreateKeyspace(CreateKeyspaceResponse.newBuilder()
                        .setHeader(draft.header())
                        .setKeyspace(keyspace.toProto(draft.base().epochId())))
                .build();
    }

    /** The next numbers, to the session if there is one, which then holds the set. */
    static Result next(Draft draft, NextKeySetRequest request) {
        KeyspaceValidation.next(request);
        Keyspace keyspace = existing(draft, request.getKeyspace());
        Keyspace open = keyspace.recover(draft.base().epochId());
        if (open == null) {
            throw Rejection.keyspaceClosed(keyspace.spec().name());
        }
        int size = request.getSize();
        if (open.left().compareTo(Uint128.of(size)) < 0) {
            throw Rejection.exhausted(keyspace.spec().name(), open.left(), size);
        }
        Session session = draft.session();
        if (session != null && open.heldCount() >= Limits.MAX_HELD_KEYSETS) {
            throw Rejection.limit("held key sets", Limits.MAX_HELD_KEYSETS, "close sessions that are done");
        }
        KeyRange set = session == null
                ? open.upcoming(
                        size, KeyStatus.KEY_STATUS_ISSUED, 0, caller(draft), draft.nextRevision(), draft.clockMillis())
                : open.upcoming(
                        size,
                        KeyStatus.KEY_STATUS_HELD,
                        session.id(),
                        session.clientName(),
                        draft.nextRevision(),
                        draft.clockMillis());
        Keyspace issued = open.issue(set);
        draft.keyspaces = draft.keyspaces.with(
                settleOldest(issued, set.session(), draft.clockMillis()).summarise(Limits.MAX_LEDGER_RANGES));
        emit(draft, EventType.EVENT_TYPE_KEYSET_ISSUED, "issued to " + Text.quote(set.owner()), issued, set);
        return Result.newBuilder()
                .setNextKeySet(NextKeySetResponse.newBuilder()
                        .setHeader(draft.header())
                        .setKeys(set.keys()))
                .build();
    }

    /** The end of a set of the caller's session; without a session, of a set of no session. */
    static Result giveBack(Draft draft, ReturnKeysRequest request) {
        KeyspaceValidation.giveBack(request);
        Keyspace keyspace = existing(draft, request.getKeyspace());
        Uint128 first = Uint128.of(request.getKeys().getFirst());
        Uint128 last = Uint128.of(request.getKeys().getLast());
        KeyRange set = keyspace.endingWith(last);
        if (set == null || !mayReturn(draft, set) || set.first().compareTo(first) > 0) {
            throw Rejection.keySetNotFound(keyspace.spec().name(), first, last);
        }
        Keyspace rest = keyspace.giveBack(set, first, draft.clockMillis());
        draft.keyspaces = draft.keyspaces.with(rest.summarise(Limits.MAX_LEDGER_RANGES));
        draft.emit(EventType.EVENT_TYPE_KEYS_RETURNED, "returned unused by " + Text.quote(set.owner()))
                .setKeyspace(keyspace.spec().name())
                .setKeys(request.getKeys());
        return Result.newBuilder()
                .setReturnKeys(ReturnKeysResponse.newBuilder().setHeader(draft.header()))
                .build();
    }

    /** The session ended: what becomes of the sets that it held. */
    static void ownerGone(Draft draft, long session, KeyStatus fate, String cause) {
        for (Keyspace keyspace : draft.keyspaces.all()) {
            List<KeyRange> sets = keyspace.heldBy(session);
            if (sets.isEmpty()) {
                continue;
            }
            Keyspace settled = keyspace;
            for (KeyRange set : sets) {
                settled = settled.settle(set, fate, draft.clockMillis());
                if (fate == KeyStatus.KEY_STATUS_LOST) {
                    emit(draft, EventType.EVENT_TYPE_KEYSETS_SKIPPED, cause, keyspace, set);
                }
            }
            draft.keyspaces = draft.keyspaces.with(settled.summarise(Limits.MAX_LEDGER_RANGES));
        }
    }

    /** All sessions ended unheard: what they held is lost. */
    static void ownersGone(Draft draft, String cause) {
        for (Keyspace keyspace : draft.keyspaces.all()) {
            Keyspace settled = keyspace;
            for (KeyRange set : keyspace.held()) {
                settled = settled.settle(set, KeyStatus.KEY_STATUS_LOST, draft.clockMillis());
                emit(draft, EventType.EVENT_TYPE_KEYSETS_SKIPPED, cause, keyspace, set);
            }
            draft.keyspaces = draft.keyspaces.with(settled.summarise(Limits.MAX_LEDGER_RANGES));
        }
    }

    /** Lets a closed keyspace go on with this number; nobody knows what became of those before it, so they are lost. */
    static Result resume(Draft draft, ResumeKeyspaceRequest request) {
        KeyspaceValidation.resume(request);
        Keyspace keyspace = existing(draft, request.getKeyspace());
        long epoch = draft.base().epochId();
        if (keyspace.recover(epoch) != null) {
            throw Rejection.keyspaceOpen(keyspace.spec().name());
        }
        Uint128 from = keyspace.counter(Uint128.of(request.getFrom()));
        Uint128 highest = keyspace.highestResumption(Limits.MAX_SKIPPED_KEYS);
        if (from.compareTo(keyspace.next()) < 0 || from.compareTo(highest) > 0) {
            throw Rejection.invalid("from", from, keyspace.next() + ", the high-water mark, to " + highest);
        }
        Keyspace resumed = keyspace.resume(epoch, from, caller(draft), draft.nextRevision(), draft.clockMillis());
        draft.keyspaces = draft.keyspaces.with(resumed.summarise(Limits.MAX_LEDGER_RANGES));
        draft.emit(
                        EventType.EVENT_TYPE_KEYSPACE_RESUMED,
                        "goes on with " + from + "; " + from.minus(keyspace.next()) + " numbers are skipped")
                .setKeyspace(keyspace.spec().name());
        return Result.newBuilder()
                .setResumeKeyspace(ResumeKeyspaceResponse.newBuilder()
                        .setHeader(draft.header())
                        .setKeyspace(resumed.toProto(epoch)))
                .build();
    }

    /** Who took many sets since is done with the first of them. */
    private static Keyspace settleOldest(Keyspace keyspace, long session, long clockMillis) {
        List<KeyRange> sets = keyspace.heldBy(session);
        return sets.size() > Limits.MAX_KEYSETS_PER_SESSION
                ? keyspace.settle(sets.get(0), KeyStatus.KEY_STATUS_ISSUED, clockMillis)
                : keyspace;
    }

    private static boolean mayReturn(Draft draft, KeyRange set) {
        boolean out = set.held() || set.status() == KeyStatus.KEY_STATUS_ISSUED;
        return out && set.session() == draft.command().getSession();
    }

    private static Keyspace existing(Draft draft, String name) {
        Keyspace keyspace = draft.keyspaces.get(name);
        if (keyspace == null) {
            throw Rejection.keyspaceNotFound(name);
        }
        return keyspace;
    }

    private static String caller(Draft draft) {
        Stamp stamp = draft.command().getStamp();
        return stamp.getPrincipal().isEmpty() ? stamp.getNode() : stamp.getPrincipal();
    }

    private static void emit(Draft draft, EventType type, String cause, Keyspace keyspace, KeyRange set) {
        draft.emit(type, cause)
                .setSession(set.session())
                .setKeyspace(keyspace.spec().name())
                .setKeys(set.keys());
    }
}
