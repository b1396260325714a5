// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Reason;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands in a command, there is an outcome, and it is never a defect. */
final class GarbageTest {
    private static final long[] NUMBERS = {0, 1, 2, 3, 7, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1_000, 65_536};
    private static final String[] TEXTS = {
        "",
        "web",
        "a",
        "default",
        "0.0.0.0",
        "::",
        "..",
        "A",
        "a\u0000b",
        "\ud800",
        "\u202e",
        "\ud83d\ude00",
        "x".repeat(200),
        "10.0.0.1",
        "grpc",
        "y".repeat(70_000)
    };

    @Test
    void anythingHasAnOutcome() throws InvalidProtocolBufferException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            RandomCommands commands = new RandomCommands(random);
            RegistryState state = Commands.cluster(Limits.defaultSettings());
            for (int step = 0; step < 500; step++) {
                Command command = step % 2 == 0 ? commands.next(state) : garbage(random, state);
                Outcome outcome = Registry.apply(state, command);
                assertThat(outcome.result().getError().getReason())
                        .as("seed %s step %s: %s", seed, step, command.getOpCase())
                        .isNotEqualTo(Reason.REASON_INTERNAL);
                assertThat(outcome.state().chain()).isNotEqualTo(state.chain());
                state = outcome.state();
            }
            RegistryInvariants.check(state);
        }
    }

    @Test
    void anythingHasAnOutcomeBeforeTheFirstTerm() throws InvalidProtocolBufferException {
        Random random = new Random(1);
        for (int step = 0; step < 2_000; step++) {
            Outcome outcome = Registry.apply(RegistryState.empty(), garbage(random, RegistryState.empty()));
            assertThat(outcome.result().getError().getReason()).isNotEqualTo(Reason.REASON_INTERNAL);
            RegistryInvariants.check(outcome.state());
        }
    }

    @Test
    void mutilatedCommandsHaveOutcomes() {
        Random random = new Random(3);
        RandomCommands commands = new RandomCommands(random);
        RegistryState state = Commands.cluster(Limits.defaultSettings());
        int parsed = 0;
        for (int step = 0; step < 5_000; step++) {
            byte[] bytes = commands.next(state).toByteArray();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Command command;
            try {
                command = Command.parseFrom(bytes);
            } catch (InvalidProtocolBufferException e) {
                continue;
            }
            parsed++;
            Outcome outcome = Registry.apply(state, command);
            assertThat(outcome.result().getError().getReason()).isNotEqualTo(Reason.REASON_INTERNAL);
            state = outcome.state();
        }
        assertThat(parsed).isGreaterThan(500);
        RegistryInvariants.check(state);
    }

    private static Command garbage(Random random, RegistryState state) throws InvalidProtocolBufferException {
        Command.Builder command = Command.newBuilder();
        fill(random, command, 0);
        if (random.nextInt(4) != 0) {
            command.setStamp(Commands.stamp(state.term(), state.clockMillis()));
        }
        if (random.nextBoolean()) {
            command.setSession(0);
        }
        return command.build();
    }

    private static void fill(Random random, Message.Builder message, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (random.nextInt(3) == 0) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    message.addRepeatedField(field, value(random, message, field, depth));
                }
            } else {
                message.setField(field, value(random, message, field, depth));
            }
        }
        if (random.nextInt(20) == 0) {
            message.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(
                            1_000,
                            UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build());
        }
    }

    private static Object value(Random random, Message.Builder message, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
            case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
            case STRING -> TEXTS[random.nextInt(random.nextInt(10) == 0 ? TEXTS.length : TEXTS.length - 1)];
            case BOOLEAN -> random.nextBoolean();
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(9));
            case MESSAGE -> {
                Message.Builder inner = message.newBuilderForField(field);
                fill(random, inner, depth + 1);
                yield inner.build();
            }
            case FLOAT, DOUBLE, BYTE_STRING -> throw new IllegalArgumentException("unexpected " + field);
        };
    }
}
