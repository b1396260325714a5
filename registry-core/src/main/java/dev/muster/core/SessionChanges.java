// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.OpenSession;
import dev.muster.v1.CloseSessionResponse;
import dev.muster.v1.EventType;
import dev.muster.v1.Result;

/** How sessions begin and end. Stateless. */
final class SessionChanges {
    private SessionChanges() {}

    /** A session and its own lease, both numbered by this command's revision; answered with the lease. */
    static Result open(Draft draft, OpenSession request) {
        Validation.openSession(request);
        int most = draft.settings().getMaxSessions();
        if (draft.sessions.size() >= most) {
            throw Rejection.limit("max_sessions", most);
        }
        long id = draft.nextRevision();
        Lease lease = LeaseChanges.create(draft, request.getTtlMillis(), id);
        draft.sessions = draft.sessions.with(Session.open(id, request.getClientName(), request.getGeneration())
                .with(id));
        draft.emit(EventType.EVENT_TYPE_SESSION_OPENED, "opened by " + Text.quote(request.getClientName()))
                .setSession(id)
                .setLease(id);
        return LeaseChanges.granted(draft, lease);
    }

    /** Its outcome goes with the session: a repeated close finds none. */
    static Result close(Draft draft) {
        long id = draft.command().getSession();
        if (id == 0) {
            throw Rejection.invalid("session", 0, "the session to close");
        }
        Ending.revokedSession(id).endSession(draft, id);
        return Result.newBuilder()
                .setCloseSession(CloseSessionResponse.newBuilder().setHeader(draft.header()))
                .build();
    }
}
