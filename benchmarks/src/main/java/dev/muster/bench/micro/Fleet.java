// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.core.Limits;
import dev.muster.core.Outcome;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.UpdateRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Commands, and the state that they lead to, of a registry with services of 100 instances. Stateless. */
final class Fleet {
    private static final int SERVICE_SIZE = 100;
    private static final String PAYLOAD = "x".repeat(200);
    private static final String CLUSTER = "fleet";
    private static final String GROUP = "group";
    /** The second revision of a cluster, after its creation. */
    private static final long SESSION_ID = 2;

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
                                        .setClusterId(CLUSTER)
                                        .setEpochId(1)
                                        .setEpochOrdinal(1)
                                        .setFeatureLevel(Limits.FEATURE_LEVEL)
                                        .setSettings(Limits.defaultSettings())))
                        .build());
        state = applied(
                state,
                command()
                        .setOpenSession(OpenSession.newBuilder()
                                .setClientName("fleet")
                                .setTtlMillis(Limits.MAX_TTL_MILLIS)
                                .setGeneration(1))
                        .build());
        for (int i = 0; i < instances; i++) {
            state = applied(state, register(i, i + 1));
        }
        return state;
    }

    /** The entry of so many registrations that come next, all of the one session. */
    static ByteBuffer entry(int instances, int count) {
        List<Command> commands = new ArrayList<>();
        for (int i = instances; i < instances + count; i++) {
            commands.add(register(i, i + 1));
        }
        return EntryCodec.encode(CLUSTER, GROUP, commands).asReadOnlyByteBuffer();
    }

    /** The state after the entry. */
    static RegistryState applied(RegistryState before, ByteBuffer entry) throws MalformedEntryException {
        RegistryState state = before;
        for (Command command : EntryCodec.decode(CLUSTER, GROUP, entry)) {
            state = applied(state, command);
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

    /** As the write of that sequence, in the session. */
    static Command register(int number, long sequence) {
        RegisterRequest request = register(number);
        return command()
                .setSession(SESSION_ID)
                .setGeneration(1)
                .setSequence(sequence)
                .setAckBelow(Math.max(1, sequence - 1024))
                .setDigest(Fingerprint.of(request))
                .setRegister(request)
                .build();
    }

    private static RegisterRequest register(int number) {
        return RegisterRequest.newBuilder()
                .setInstance(Instance.newBuilder()
                        .setKey(key(number))
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("grpc")
                                .setProtocol("grpc")
                                .setHost("10.0.0.1")
                                .setPort(8080))
                        .putMetadata("payload", PAYLOAD))
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
