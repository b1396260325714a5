// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.OpenSession;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.rpc.SessionService.Needs;
import dev.muster.v1.ClientHello;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import dev.muster.v1.ServerHello;
import java.util.concurrent.CompletableFuture;

/**
 * The beginning of a session stream: opens a new session through the log, or finds the one that goes on. A session that
 * is said to be unknown surely is: the question is asked behind a barrier. Thread-safe.
 */
final class SessionHello {
    /** A session that this stream speaks for, and how the client is told. */
    record Opened(ServerHello hello, long generation) {}

    private final Needs needs;
    private final Caller caller;

    SessionHello(Needs needs, Caller caller) {
        this.needs = needs;
        this.caller = caller;
    }

    CompletableFuture<Opened> open(ClientHello hello) {
        checkCluster(hello);
        if (hello.getGeneration() <= 0) {
            throw Rejection.invalid(
                    "hello.generation",
                    Long.toUnsignedString(hello.getGeneration()),
                    "1 for the first stream of a session, more with each further one");
        }
        return hello.getSession() == 0 ? openNew(hello) : goOn(hello);
    }

    private CompletableFuture<Opened> openNew(ClientHello hello) {
        Validation.clientName(hello.getClientName());
        Validation.ttlMillis(hello.getTtlMillis());
        Command command = Command.newBuilder()
                .setStamp(caller.stamp())
                .setOpenSession(OpenSession.newBuilder()
                        .setClientName(hello.getClientName())
                        .setTtlMillis(hello.getTtlMillis())
                        .setGeneration(hello.getGeneration()))
                .build();
        return needs.replica().submit(command).thenApply(result -> opened(hello, result));
    }

    private Opened opened(ClientHello hello, Result result) {
        if (result.hasError()) {
            throw new ReplicaException(result.getError());
        }
        return answer(
                hello, result.getGrantLease().getLease(), result.getGrantLease().getTtlMillis());
    }

    private CompletableFuture<Opened> goOn(ClientHello hello) {
        return needs.replica().linearize().thenApply(nothing -> {
            RegistryState state = needs.replica().state();
            Session session = state.sessions().get(hello.getSession());
            Lease lease = state.leases().get(hello.getSession());
            if (session == null || lease == null) {
                throw Rejection.sessionUnknown(hello.getSession());
            }
            if (hello.getGeneration() < session.generation()) {
                throw Rejection.of(
                        Reason.REASON_STALE_GENERATION,
                        "hello.generation: " + hello.getGeneration() + " (expected: at least " + session.generation()
                                + "); a newer stream speaks for the session");
            }
            return answer(hello, session.id(), lease.ttlMillis());
        });
    }

    private Opened answer(ClientHello hello, long session, int ttlMillis) {
        RegistryState state = needs.replica().state();
        return new Opened(
                ServerHello.newBuilder()
                        .setHeader(state.header(0))
                        .setClusterId(state.clusterId())
                        .setNode(needs.node().node())
                        .setVersion(needs.node().version())
                        .setFeatureLevel(state.featureLevel())
                        .setSession(session)
                        .setTtlMillis(ttlMillis)
                        .setLeader(needs.replica().leadership().leaderAddress())
                        .build(),
                hello.getGeneration());
    }

    private void checkCluster(ClientHello hello) {
        RegistryState state = needs.replica().state();
        boolean anyCluster = hello.getClusterId().isEmpty() && hello.getSession() == 0;
        if (!anyCluster && !hello.getClusterId().equals(state.clusterId())) {
            throw wrongCluster("cluster_id: another cluster than this one, " + state.clusterId());
        }
        if (hello.getSession() != 0 && hello.getEpochId() != state.epochId()) {
            throw wrongCluster("epoch_id: another epoch than this one, " + Long.toUnsignedString(state.epochId())
                    + "; the session ended with it, open a new one");
        }
    }

    private static Rejection wrongCluster(String message) {
        return Rejection.of(Reason.REASON_WRONG_CLUSTER, message);
    }
}
