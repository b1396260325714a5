// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.session;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import org.jspecify.annotations.Nullable;

/** All open sessions. Immutable, thus thread-safe. */
public final class Sessions {
    private static final Sessions EMPTY = new Sessions(OrderedMap.rankedBy(Long::longValue), 0);

    private final OrderedMap<Long, Session> sessions;
    private final long sum;

    private Sessions(OrderedMap<Long, Session> sessions, long sum) {
        this.sessions = sessions;
        this.sum = sum;
    }

    /** No sessions. */
    public static Sessions empty() {
        return EMPTY;
    }

    /** How many are open. */
    public int size() {
        return sessions.size();
    }

    /** The session of that id. */
    public @Nullable Session get(long id) {
        return sessions.get(id);
    }

    /** All sessions, ordered by id. */
    public Iterable<Session> all() {
        return sessions.values();
    }

    /** With the session, in place of the one of its id. */
    public Sessions with(Session session) {
        Session before = sessions.get(session.id());
        return before == session
                ? this
                : new Sessions(
                        sessions.put(session.id(), session),
                        sum + session.fingerprint() - (before == null ? 0 : before.fingerprint()));
    }

    /** Without the session, if it is there. */
    public Sessions without(long id) {
        Session before = sessions.get(id);
        return before == null ? this : new Sessions(sessions.remove(id), sum - before.fingerprint());
    }

    /** Of all sessions and their outcomes; their leases count with the leases. */
    public long fingerprint() {
        return Fingerprint.mix(sessions.size(), sum);
    }
}
