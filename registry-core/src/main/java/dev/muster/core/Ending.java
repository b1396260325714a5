// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.key.Key;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.KeyStatus;
import dev.muster.v1.Past;

/**
 * A way for leases and sessions to end: what it is called in events, and why it happens. With a session go all its
 * leases, with a lease all instances under it. Nobody knows which numbers a session used that was not heard any more, and
 * uncertain means used: they are lost. One that closed has returned what it did not use. Immutable.
 *
 * @param ofSession the event about a session, which speaks for the session's own lease, too
 * @param ofLease the event about any other lease
 * @param ofInstance the event about an instance
 * @param ofKeySets what becomes of the key sets that a session held
 * @param cause why
 */
record Ending(EventType ofSession, EventType ofLease, EventType ofInstance, KeyStatus ofKeySets, String cause) {
    static Ending expiredSession(Session session, int ttlMillis) {
        return expired("session " + session.id() + " of " + Text.quote(session.clientName()) + " was not heard in its "
                + ttlMillis + " ms");
    }

    static Ending expiredLease(Lease lease) {
        return expired("lease " + lease.id() + " was not renewed in its " + lease.ttlMillis() + " ms");
    }

    static Ending revokedSession(long session) {
        return revoked("session " + session + " was closed");
    }

    static Ending revokedLease(long lease) {
        return revoked("lease " + lease + " was revoked");
    }

    private static Ending expired(String cause) {
        return new Ending(
                EventType.EVENT_TYPE_SESSION_EXPIRED,
                EventType.EVENT_TYPE_LEASE_EXPIRED,
                EventType.EVENT_TYPE_INSTANCE_EXPIRED,
                KeyStatus.KEY_STATUS_LOST,
                cause);
    }

    private static Ending revoked(String cause) {
        return new Ending(
                EventType.EVENT_TYPE_SESSION_CLOSED,
                EventType.EVENT_TYPE_LEASE_REVOKED,
                EventType.EVENT_TYPE_INSTANCE_DEREGISTERED,
                KeyStatus.KEY_STATUS_ISSUED,
                cause);
    }

    /** Ends the session with all its leases; returns how many instances went with it. */
    int endSession(Draft draft, long id) {
        Session session = draft.sessions.get(id);
        if (session == null) {
            throw new IllegalStateException("lease of session " + id + " without its session");
        }
        told(draft, ofSession, id, id);
        int instances = removeAll(draft, id, id);
        for (long other : session.leases()) {
            if (other != id) {
                instances += endLease(draft, other, id);
            }
        }
        KeyspaceChanges.ownerGone(draft, id, ofKeySets, cause);
        draft.leases = draft.leases.without(id);
        draft.sessions = draft.sessions.without(id);
        PairChanges.ownerGone(draft, id);
        return instances;
    }

    /** Ends a lease that is not a session's own; returns how many instances went with it. */
    int endLease(Draft draft, Lease lease) {
        int instances = endLease(draft, lease.id(), lease.session());
        Session session = draft.sessions.get(lease.session());
        if (session != null) {
            draft.sessions = draft.sessions.with(session.without(lease.id()));
        }
        return instances;
    }

    private int endLease(Draft draft, long lease, long session) {
        told(draft, ofLease, lease, session);
        int instances = removeAll(draft, lease, session);
        PairChanges.interrupt(draft, lease);
        draft.leases = draft.leases.without(lease);
        return instances;
    }

    private void told(Draft draft, EventType type, long lease, long session) {
        Event.Builder event = draft.emit(type, cause).setLease(lease).setSession(session);
        Lease ended = draft.leases.get(lease);
        if (ended != null && ended.held()) {
            event.setPast(Past.newBuilder().setHeld(true));
        }
    }

    private int removeAll(Draft draft, long lease, long session) {
        int count = 0;
        for (Key key : draft.leases.keys(lease)) {
            InstanceRecord instance = draft.catalog.instance(key);
            if (instance == null) {
                throw new IllegalStateException("instance " + key + " of lease " + lease + " is not listed");
            }
            Past past = draft.past(key, instance.toInstance());
            draft.catalog = draft.catalog.without(key, draft.nextRevision());
            draft.leases = draft.leases.unbind(lease, key, instance.incarnation());
            draft.emit(ofInstance, cause, key, instance.incarnation(), lease, past)
                    .setSession(session);
            if (ofInstance == EventType.EVENT_TYPE_INSTANCE_EXPIRED) {
                Keepers.lost(draft, key, instance.incarnation(), lease, cause);
            }
            count++;
        }
        return count;
    }
}
