// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import dev.muster.core.Limits;
import dev.muster.core.Outcome;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.RegisterRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** A registry without nodes, to be written down. For one thread. */
final class TestRegistry {
    static final SnapshotCodec.Position POSITION = new SnapshotCodec.Position("registry", 3, 77);

    private RegistryState state = RegistryState.empty();

    TestRegistry() {
        apply(Command.newBuilder()
                .setTermStarted(TermStarted.newBuilder()
                        .setNode("n1")
                        .setGenesis(Genesis.newBuilder()
                                .setClusterId("cluster-a")
                                .setEpochId(7)
                                .setEpochOrdinal(1)
                                .setFeatureLevel(Limits.FEATURE_LEVEL)
                                .setSettings(Limits.defaultSettings()))));
    }

    /** One with something of everything. */
    static TestRegistry withSomeOfAll() {
        TestRegistry registry = new TestRegistry();
        registry.apply(Command.newBuilder()
                .setOpenSession(OpenSession.newBuilder()
                        .setClientName("client")
                        .setTtlMillis(10_000)
                        .setGeneration(1)));
        registry.apply(Command.newBuilder()
                .setSession(2)
                .setGeneration(1)
                .setSequence(1)
                .setDigest(1)
                .setRegister(registration("web", "a")));
        registry.apply(Command.newBuilder().setRegister(registration("web", "b")));
        registry.apply(Command.newBuilder()
                .setCreateKeyspace(CreateKeyspaceRequest.newBuilder().setName("invoice")));
        registry.apply(Command.newBuilder()
                .setNextKeySet(
                        NextKeySetRequest.newBuilder().setKeyspace("invoice").setSize(5)));
        return registry;
    }

    RegistryState state() {
        return state;
    }

    Outcome apply(Command.Builder command) {
        Outcome outcome = Registry.apply(
                state,
                command.setStamp(Stamp.newBuilder()
                                .setTerm(1)
                                .setTimeMillis(1_700_000_000_000L)
                                .setNode("n1"))
                        .build());
        if (outcome.result().hasError()) {
            throw new IllegalStateException(outcome.result().getError().getMessage());
        }
        state = outcome.state();
        return outcome;
    }

    byte[] encoded() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(state, POSITION, out);
        return out.toByteArray();
    }

    static RegisterRequest registration(String service, String id) {
        return RegisterRequest.newBuilder()
                .setInstance(Instance.newBuilder()
                        .setKey(InstanceKey.newBuilder().setService(service).setId(id))
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("grpc")
                                .setProtocol("grpc")
                                .setHost("10.0.0.1")
                                .setPort(8080)))
                .build();
    }
}
