// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.core.Limits;
import dev.muster.core.Outcome;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.UpdateRequest;

/** Commands, and the state that they lead to, of a registry with services of 100 instances. Stateless. */
final class Fleet {
    private static final int SERVICE_SIZE = 100;
    private static final String PAYLOAD = "x".repeat(200);
    private static final long START_MILLIS = 1_767_225_600_000L;

    private Fleet() {}

    /** With so many instances, numbered from 0. */
    static RegistryState of(int instances) {
        RegistryState state = applied(
                RegistryState.empty(),
                command()
                        .setTermStarted(TermStarted.newBuilder()
                                .setNode("n1")
                                .setGenesis(Genesis.newBuilder()
                                        .setClusterId("fleet")
                                        .setEpochId(1)
                                        .setEpochOrdinal(1)
                                        .setFeatureLevel(Limits.FEATURE_LEVEL)
                                        .setSettings(Limits.defaultSettings())))
                        .build());
        for (int i = 0; i < instances; i++) {
            state = applied(state, register(i));
        }
        return state;
    }

    private static RegistryState applied(RegistryState state, Command command) {
        Outcome outcome = Registry.apply(state, command);
        if (outcome.result().hasError()) {
            throw new IllegalStateException(outcome.result().getError().toString());
        }
        return outcome.state();
    }

    static Command register(int number) {
        return command()
                .setRegister(RegisterRequest.newBuilder()
                        .setInstance(Instance.newBuilder()
                                .setKey(key(number))
                                .addEndpoints(Endpoint.newBuilder()
                                        .setName("grpc")
                                        .setProtocol("grpc")
                                        .setHost("10.0.0.1")
                                        .setPort(8080))
                                .putMetadata("payload", PAYLOAD)))
                .build();
    }

    /** To another weight. */
    static Command update(int number, int weight) {
        return command()
                .setUpdate(UpdateRequest.newBuilder().setKey(key(number)).setWeight(weight))
                .build();
    }

    private static InstanceKey key(int number) {
        return InstanceKey.newBuilder()
                .setService("service-" + number / SERVICE_SIZE)
                .setId("i-" + number)
                .build();
    }

    private static Command.Builder command() {
        return Command.newBuilder()
                .setStamp(Stamp.newBuilder()
                        .setTerm(1)
                        .setTimeMillis(START_MILLIS)
                        .setPrincipal("benchmark")
                        .setNode("n1"));
    }
}
