// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.internal.v1.ResumeLeases;
import dev.muster.v1.EventType;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.GrantLeaseResponse;
import dev.muster.v1.Result;
import dev.muster.v1.RevokeLeaseRequest;
import dev.muster.v1.RevokeLeaseResponse;

/** What happens to leases: granted, revoked, run out, held back, resumed. Stateless. */
final class LeaseChanges {
    private LeaseChanges() {}

    static Result grant(Draft draft, GrantLeaseRequest request) {
        Validation.grantLease(request);
        Session session = draft.session();
        Lease lease = create(draft, request.getTtlMillis(), session == null ? 0 : session.id());
        if (session != null) {
            draft.sessions = draft.sessions.with(session.with(lease.id()));
        }
        draft.emit(EventType.EVENT_TYPE_LEASE_GRANTED, "granted for " + lease.ttlMillis() + " ms")
                .setLease(lease.id());
        return granted(draft, lease);
    }

    static Result revoke(Draft draft, RevokeLeaseRequest request) {
        Validation.known(request, "revoke_lease");
        if (request.getLease() == 0) {
            throw Rejection.invalid("lease", 0, "the id of a lease");
        }
        Lease lease = existing(draft, request.getLease());
        int instances = lease.ofSessionItself()
                ? Ending.revokedSession(lease.session()).endSession(draft, lease.session())
                : Ending.revokedLease(lease.id()).endLease(draft, lease);
        return Result.newBuilder()
                .setRevokeLease(RevokeLeaseResponse.newBuilder()
                        .setHeader(draft.header())
                        .setInstances(instances))
                .build();
    }

    /** Decides each lease in order; those that ended meanwhile are passed over. */
    static Result expire(Draft draft, ExpireLeases request) {
        Validation.known(request, "expire_leases");
        Validation.leaseCount(request.getLeasesCount());
        for (long id : request.getLeasesList()) {
            Lease lease = draft.leases.get(id);
            if (lease != null) {
                runOut(draft, lease, request.getHoldOver());
            }
        }
        return Result.getDefaultInstance();
    }

    static Result resume(Draft draft, ResumeLeases request) {
        Validation.known(request, "resume_leases");
        Validation.leaseCount(request.getLeasesCount());
        for (long id : request.getLeasesList()) {
            Lease lease = draft.leases.get(id);
            if (lease != null && lease.held()) {
                draft.leases = draft.leases.with(lease.resumed());
                draft.emit(EventType.EVENT_TYPE_LEASE_RESUMED, "its owner was heard again")
                        .setLease(id)
                        .setSession(lease.session());
            }
        }
        return Result.getDefaultInstance();
    }

    /** A new lease of the number of this command's revision. The caller says so in an event. */
    static Lease create(Draft draft, int ttlMillis, long session) {
        int most = draft.settings().getMaxLeases();
        if (draft.leases.size() >= most) {
            throw Rejection.limit("max_leases", most);
        }
        Lease lease = new Lease(draft.nextRevision(), ttlMillis, session, 0);
        draft.leases = draft.leases.with(lease);
        return lease;
    }

    /** The answer to who asked for the lease. */
    static Result granted(Draft draft, Lease lease) {
        return Result.newBuilder()
                .setGrantLease(GrantLeaseResponse.newBuilder()
                        .setHeader(draft.header())
                        .setLease(lease.id())
                        .setTtlMillis(lease.ttlMillis()))
                .build();
    }

    /** The lease that a registration of this command lives under; 0 names the session's own, or none. */
    static long usable(Draft draft, long id) {
        Session session = draft.session();
        if (id == 0) {
            return session == null ? 0 : session.id();
        }
        return existing(draft, id).id();
    }

    /** The lease of that id, which must be the session's; without a session, it must be of no session. */
    private static Lease existing(Draft draft, long id) {
        Lease lease = draft.leases.get(id);
        if (lease == null || lease.session() != draft.command().getSession()) {
            throw Rejection.leaseUnknown(id);
        }
        return lease;
    }

    private static void runOut(Draft draft, Lease lease, boolean holdOver) {
        ExpiryPolicy policy = ExpiryPolicy.of(draft, lease);
        String excess = holdOver ? "" : policy.excess();
        if (excess.isEmpty()) {
            if (!holdOver) {
                policy.spend();
            }
            end(draft, lease);
        } else if (!lease.held()) {
            draft.leases = draft.leases.with(lease.heldSince(draft.clockMillis()));
            draft.emit(EventType.EVENT_TYPE_LEASE_HELD, excess)
                    .setLease(lease.id())
                    .setSession(lease.session());
        }
    }

    private static void end(Draft draft, Lease lease) {
        Session session = lease.ofSessionItself() ? draft.sessions.get(lease.session()) : null;
        if (session == null) {
            Ending.expiredLease(lease).endLease(draft, lease);
        } else {
            Ending.expiredSession(session, lease.ttlMillis()).endSession(draft, session.id());
        }
    }
}
