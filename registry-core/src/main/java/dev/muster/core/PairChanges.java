// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.event.OpenPair;
import dev.muster.core.event.OpenPair.Name;
import dev.muster.core.key.Key;
import dev.muster.core.lease.Lease;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import org.jspecify.annotations.Nullable;

/**
 * What happens to pairs of events: opened by a BEFORE, then closed by exactly one of AFTER and INTERRUPTED. Stateless.
 *
 * <p>A pair belongs to an owner by name and outlives the session that opened it by a time of grace, so that the owner's
 * next process can say what came of it. The grace is a lease like any other; at its end the registry says INTERRUPTED.
 */
final class PairChanges {
    private PairChanges() {}

    /** The event that the request puts into the log is the first or the second one of its pair. */
    static void append(Draft draft, AppendEventRequest request, Event.Builder event) {
        Pair given = request.getPair();
        Name name = new Name(given.getOwner(), given.getId());
        if (given.getPart() == PairPart.PAIR_PART_BEFORE) {
            open(draft, name, request);
            event.setPair(given);
        } else {
            event.setPair(given.toBuilder().setBefore(close(draft, name).before()));
        }
    }

    /** The session ends; what it has open waits for its owner under a lease that all who end now share. */
    static void ownerGone(Draft draft, long session) {
        int grace = draft.settings().getPairGraceMillis();
        for (OpenPair pair : draft.pairs.under(session)) {
            long lease = draft.nextRevision();
            if (draft.leases.get(lease) == null) {
                draft.leases = draft.leases.with(new Lease(lease, grace, 0, 0));
                draft.emit(
                                EventType.EVENT_TYPE_LEASE_GRANTED,
                                "granted for " + grace + " ms to pairs of events left open by their session")
                        .setLease(lease)
                        .setSession(session);
            }
            draft.pairs = draft.pairs.with(pair.under(lease));
        }
    }

    /** The lease ends, and with it the grace of the pairs under it. */
    static void interrupt(Draft draft, long lease) {
        for (OpenPair pair : draft.pairs.under(lease)) {
            draft.pairs = draft.pairs.without(pair.name());
            Event.Builder event = draft.emit(
                            EventType.EVENT_TYPE_CLIENT_INTERRUPTED,
                            "nobody said what came of event " + pair.before() + " before lease " + lease + " ended")
                    .setKind(pair.kind())
                    .setLease(lease)
                    .setPair(Pair.newBuilder()
                            .setOwner(pair.name().owner())
                            .setId(pair.name().id())
                            .setPart(PairPart.PAIR_PART_INTERRUPTED)
                            .setBefore(pair.before()));
            Key key = pair.key();
            if (key != null) {
                event.setKey(key.toProto());
            }
        }
    }

    private static void open(Draft draft, Name name, AppendEventRequest request) {
        OpenPair open = draft.pairs.get(name);
        if (open != null) {
            throw Rejection.pairOpen(open);
        }
        int most = draft.settings().getMaxPairs();
        if (draft.pairs.size() >= most) {
            throw Rejection.limit("max_pairs", most, "close those that are open");
        }
        draft.pairs = draft.pairs.with(new OpenPair(
                name, draft.lastSequence(), draft.command().getSession(), request.getKind(), key(request)));
    }

    private static OpenPair close(Draft draft, Name name) {
        OpenPair open = draft.pairs.get(name);
        if (open == null) {
            throw Rejection.pairNotOpen(name);
        }
        draft.pairs = draft.pairs.without(name);
        return open;
    }

    private static @Nullable Key key(AppendEventRequest request) {
        return request.hasKey() ? Key.of(request.getKey()) : null;
    }
}
