// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.Settings;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.RegisterRequest;

/** Commands for tests. */
public final class Commands {
    /** The clock at which test clusters begin. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    private Commands() {}

    /** A cluster with the settings, in term 1. */
    public static RegistryState cluster(Settings settings) {
        return Registry.apply(RegistryState.empty(), genesis(settings)).state();
    }

    /** The first command of a cluster. */
    public static Command genesis(Settings settings) {
        return Command.newBuilder()
                .setStamp(stamp(1, START_MILLIS))
                .setTermStarted(TermStarted.newBuilder()
                        .setNode("node-1")
                        .setGenesis(Genesis.newBuilder()
                                .setClusterId("cluster-a")
                                .setEpochId(0x1234_5678_9abc_def0L)
                                .setEpochOrdinal(1)
                                .setFeatureLevel(Limits.FEATURE_LEVEL)
                                .setSettings(settings)))
                .build();
    }

    /** A stamp of that term and time. */
    public static Stamp stamp(long term, long millis) {
        return Stamp.newBuilder()
                .setTerm(term)
                .setTimeMillis(millis)
                .setPrincipal("alice")
                .setNode("node-1")
                .build();
    }

    /** A command of the state's term and clock, to which an operation is to be added. */
    public static Command.Builder on(RegistryState state) {
        return Command.newBuilder().setStamp(stamp(state.term(), state.clockMillis()));
    }

    /** An ordinary instance. */
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

    /** Its registration. */
    public static Command register(RegistryState state, String service, String id) {
        return on(state)
                .setRegister(RegisterRequest.newBuilder().setInstance(instance(service, id)))
                .build();
    }

    /** A session of a client. */
    public static Command open(RegistryState state, int ttlMillis) {
        return on(state)
                .setOpenSession(OpenSession.newBuilder()
                        .setClientName("client")
                        .setTtlMillis(ttlMillis)
                        .setGeneration(1))
                .build();
    }
}
