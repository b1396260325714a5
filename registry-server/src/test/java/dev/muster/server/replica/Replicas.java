// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.Limits;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.Settings;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.Result;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Replicas and commands for tests. */
public final class Replicas {
    public static final String CLUSTER = "test-cluster";
    public static final long EPOCH = 42;

    private static final long WALL_MILLIS = 1_700_000_000_000L;

    private Replicas() {}

    /** A leading replica that works on the thread of its callers. */
    public static SingleReplica inline() {
        return inline(settings -> settings);
    }

    /** A leading replica with other settings than the default ones. */
    public static SingleReplica inline(UnaryOperator<Settings.Builder> settings) {
        return start(new Peer("node-1", "disk-1", "", ""), settings, Runnable::run);
    }

    public static SingleReplica start(Peer self, UnaryOperator<Settings.Builder> settings, Executor executor) {
        Genesis genesis = Genesis.newBuilder()
                .setClusterId(CLUSTER)
                .setEpochId(EPOCH)
                .setEpochOrdinal(1)
                .setFeatureLevel(Limits.FEATURE_LEVEL)
                .setSettings(settings.apply(Limits.defaultSettings().toBuilder()))
                .build();
        return SingleReplica.start(self, genesis, () -> WALL_MILLIS, executor);
    }

    public static Instance instance(String service, String id) {
        return Instance.newBuilder()
                .setKey(InstanceKey.newBuilder().setService(service).setId(id))
                .addEndpoints(Endpoint.newBuilder()
                        .setName("grpc")
                        .setProtocol("grpc")
                        .setHost("10.0.0.1")
                        .setPort(8080))
                .build();
    }

    public static RegisterRequest register(String service, String id, long lease) {
        return RegisterRequest.newBuilder()
                .setInstance(instance(service, id))
                .setLease(lease)
                .build();
    }

    public static DeregisterRequest deregister(String service, String id) {
        return DeregisterRequest.newBuilder()
                .setKey(InstanceKey.newBuilder().setService(service).setId(id))
                .build();
    }

    /** Registers and answers the incarnation. */
    public static long registered(Replica replica, String service, String id, long lease) {
        return done(replica, Command.newBuilder().setRegister(register(service, id, lease)))
                .getRegister()
                .getIncarnation();
    }

    public static void deregistered(Replica replica, String service, String id) {
        done(replica, Command.newBuilder().setDeregister(deregister(service, id)));
    }

    /** Grants a lease and answers its id. */
    public static long granted(Replica replica, int ttlMillis) {
        return done(
                        replica,
                        Command.newBuilder()
                                .setGrantLease(GrantLeaseRequest.newBuilder().setTtlMillis(ttlMillis)))
                .getGrantLease()
                .getLease();
    }

    /** Opens a session and answers its id. */
    public static long opened(Replica replica, int ttlMillis) {
        return done(
                        replica,
                        Command.newBuilder()
                                .setOpenSession(OpenSession.newBuilder()
                                        .setClientName("test")
                                        .setTtlMillis(ttlMillis)
                                        .setGeneration(1)))
                .getGrantLease()
                .getLease();
    }

    public static Result done(Replica replica, Command.Builder command) {
        Result result = replica.submit(command.build()).join();
        if (result.hasError()) {
            throw new ReplicaException(result.getError());
        }
        return result;
    }
}
