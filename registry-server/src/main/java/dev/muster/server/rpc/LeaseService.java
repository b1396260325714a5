// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Limits;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.internal.v1.Command;
import dev.muster.server.lease.KeepAlives;
import dev.muster.server.replica.Replica;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.GrantLeaseResponse;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.LeasesGrpc;
import dev.muster.v1.Result;
import dev.muster.v1.RevokeLeaseRequest;
import dev.muster.v1.RevokeLeaseResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Leases outside sessions. Thread-safe. */
final class LeaseService extends LeasesGrpc.LeasesImplBase {
    private final Replica replica;
    private final KeepAlives keepAlives;
    private final Unary unary;

    LeaseService(Replica replica, KeepAlives keepAlives, Unary unary) {
        this.replica = replica;
        this.keepAlives = keepAlives;
        this.unary = unary;
    }

    @Override
    public void grant(GrantLeaseRequest request, StreamObserver<GrantLeaseResponse> observer) {
        unary.write(
                observer,
                () -> {
                    Validation.grantLease(request);
                    return replica.submit(command().setGrantLease(request).build());
                },
                Result::getGrantLease);
    }

    @Override
    public void keepAlive(KeepAliveRequest request, StreamObserver<KeepAliveResponse> observer) {
        unary.read(observer, () -> {
            checkCount(request.getLeasesList());
            return keepAlives.renew(request.getLeasesList());
        });
    }

    @Override
    public void revoke(RevokeLeaseRequest request, StreamObserver<RevokeLeaseResponse> observer) {
        unary.write(
                observer, () -> replica.submit(command().setRevokeLease(request).build()), Result::getRevokeLease);
    }

    static void checkCount(List<Long> leases) {
        if (leases.size() > Limits.MAX_LEASES_PER_KEEP_ALIVE) {
            throw Rejection.invalid(
                    "leases",
                    leases.size(),
                    "at most " + Limits.MAX_LEASES_PER_KEEP_ALIVE + " in one keep-alive; send several");
        }
    }

    private static Command.Builder command() {
        return Command.newBuilder().setStamp(Caller.current().stamp());
    }
}
