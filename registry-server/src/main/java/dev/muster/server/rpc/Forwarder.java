// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.PeersGrpc;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.KeyspacesGrpc;
import dev.muster.v1.LeasesGrpc;
import dev.muster.v1.Reason;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.SessionsGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Makes every node take what only the leader can do: such calls are passed on to it as they are, unary ones and whole
 * session streams. A call is passed on once at most; one that was passed on and meets a node that does not lead is
 * answered with NOT_LEADER. Thread-safe; nothing blocks.
 */
final class Forwarder implements ServerInterceptor, ReplicaListener {
    /** The old leader may still tell its streams where to go. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private static final Set<String> LEADER_METHODS = Set.of(
            RegistryGrpc.getRegisterMethod().getFullMethodName(),
            RegistryGrpc.getDeregisterMethod().getFullMethodName(),
            RegistryGrpc.getUpdateMethod().getFullMethodName(),
            RegistryGrpc.getBatchMethod().getFullMethodName(),
            LeasesGrpc.getGrantMethod().getFullMethodName(),
            LeasesGrpc.getKeepAliveMethod().getFullMethodName(),
            LeasesGrpc.getRevokeMethod().getFullMethodName(),
            KeyspacesGrpc.getCreateMethod().getFullMethodName(),
            KeyspacesGrpc.getNextKeySetMethod().getFullMethodName(),
            KeyspacesGrpc.getReturnMethod().getFullMethodName(),
            KeyspacesGrpc.getResumeMethod().getFullMethodName(),
            SessionsGrpc.getOpenMethod().getFullMethodName(),
            ClusterGrpc.getTransferLeadershipMethod().getFullMethodName(),
            PeersGrpc.getJoinMethod().getFullMethodName(),
            PeersGrpc.getReportMethod().getFullMethodName());

    private final String self;
    private final KnownLeader leader;
    private final LeaderLink link;
    private final Executor executor;
    private final Set<PassedOnCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

    Forwarder(String self, KnownLeader leader, LeaderLink link, Executor executor) {
        this.self = self;
        this.leader = leader;
        this.link = link;
        this.executor = executor;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (!LEADER_METHODS.contains(call.getMethodDescriptor().getFullMethodName())
                || leader.now().leads()) {
            return next.startCall(call, headers);
        }
        boolean forwarded = Caller.current().forwarded();
        if (leader.isKnown() || (forwarded && !leader.isBecoming())) {
            return route(call, headers, next);
        }
        WaitingListener<ReqT> waiting = new WaitingListener<>();
        Context context = Context.current();
        CompletableFuture<Leadership> known = leader.await();
        var unused = known.thenRun(() -> context.run(() -> waiting.goOn(() -> route(call, headers, next))));
        return waiting;
    }

    /** The leader changed: what was passed on to the old one has no future. */
    @Override
    public void onLeadership(Leadership leadership) {
        if (leadership.leads() || !leadership.leaderAddress().isEmpty()) {
            String address = leadership.leads() ? "" : leadership.leaderAddress();
            var unused = CompletableFuture.runAsync(
                    () -> calls.forEach(call -> call.leaderIsNowAt(address)),
                    CompletableFuture.delayedExecutor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS, executor));
        }
    }

    private <ReqT, RespT> ServerCall.Listener<ReqT> route(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Leadership now = leader.now();
        if (!now.leads() && !Caller.current().forwarded() && leader.isKnown()) {
            return passOn(call, now.leaderAddress());
        }
        boolean stream = !call.getMethodDescriptor().getType().clientSendsOneMessage();
        if (now.leads() || stream || leader.isKnown()) {
            return next.startCall(call, headers);
        }
        StatusRuntimeException unavailable = Statuses.of(
                Statuses.error(Reason.REASON_UNAVAILABLE, "no leader is known; nothing was executed; try again"));
        call.close(unavailable.getStatus(), Statuses.trailers(unavailable));
        return new ServerCall.Listener<>() {};
    }

    private <ReqT, RespT> ServerCall.Listener<ReqT> passOn(ServerCall<ReqT, RespT> call, String address) {
        MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
        CallOptions options = CallOptions.DEFAULT;
        if (method.getType().clientSendsOneMessage() && Context.current().getDeadline() == null) {
            options = options.withDeadlineAfter(Unary.DEFAULT_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        }
        PassedOnCall<ReqT, RespT> passedOn =
                new PassedOnCall<>(call, address, link.take(address), options, calls::remove);
        calls.add(passedOn);
        return passedOn.start(Caller.current().passOn(self));
    }
}
