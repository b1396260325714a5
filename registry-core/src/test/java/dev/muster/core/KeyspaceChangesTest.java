// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.Uint128;
import dev.muster.internal.v1.Command;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.KeyStatus;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import dev.muster.v1.ReturnKeysRequest;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told in no story, as it needs many sets or large numbers. */
final class KeyspaceChangesTest {
    private static final String NAME = "invoice";

    private RegistryState state = Commands.cluster(Limits.defaultSettings());

    @BeforeEach
    void create() {
        apply(Commands.on(state)
                .setCreateKeyspace(CreateKeyspaceRequest.newBuilder().setName(NAME)));
    }

    @AfterEach
    void invariantsHold() {
        RegistryInvariants.check(state);
    }

    @Test
    void whatIsSummarisedStaysCounted() {
        int sets = Limits.MAX_LEDGER_RANGES + 10;
        for (int i = 0; i < sets; i++) {
            next(7, 0, 0);
        }
        Keyspace keyspace = keyspace();
        assertThat(keyspace.settledCount()).isEqualTo(Limits.MAX_LEDGER_RANGES);
        assertThat(keyspace.summarised().issued()).isEqualTo(70);
        assertThat(keyspace.tally().issued()).isEqualTo(7L * sets);
        assertThat(keyspace.next()).isEqualTo(Uint128.of(7L * sets));
        assertThat(keyspace.ranges(null, 0, 1))
                .first()
                .matches(range -> range.first().equals(Uint128.of(70)));
    }

    @Test
    void whoTakesManySetsIsDoneWithTheOldestAndMayStillReturnOfIt() {
        long session = open();
        for (int i = 1; i <= Limits.MAX_KEYSETS_PER_SESSION + 1; i++) {
            next(10, session, i);
        }
        assertThat(keyspace().heldBy(session)).hasSize(Limits.MAX_KEYSETS_PER_SESSION);
        assertThat(keyspace().tally().issued()).isEqualTo(10);
        apply(inSession(session, Limits.MAX_KEYSETS_PER_SESSION + 2)
                .setReturnKeys(ReturnKeysRequest.newBuilder()
                        .setKeyspace(NAME)
                        .setKeys(NumberRange.newBuilder()
                                .setFirst(Uint128.of(4).toProto())
                                .setLast(Uint128.of(9).toProto()))));
        assertThat(keyspace().tally().issued()).isEqualTo(4);
        assertThat(keyspace().tally().returned()).isEqualTo(6);
    }

    @Test
    void theLedgerIsReadPageByPageInTheOrderOfItsNumbers() {
        long session = open();
        for (int i = 1; i <= 9; i++) {
            next(10, i % 2 == 0 ? 0 : session, (i + 1) / 2);
        }
        List<KeyRange> first = keyspace().ranges(null, 0, 4);
        List<KeyRange> second = keyspace().ranges(first.get(3).last(), 0, 100);
        assertThat(first).extracting(range -> range.first().low()).containsExactly(0L, 10L, 20L, 30L);
        assertThat(first)
                .extracting(KeyRange::status)
                .containsExactly(
                        KeyStatus.KEY_STATUS_HELD,
                        KeyStatus.KEY_STATUS_ISSUED,
                        KeyStatus.KEY_STATUS_HELD,
                        KeyStatus.KEY_STATUS_ISSUED);
        assertThat(second).extracting(range -> range.first().low()).containsExactly(40L, 50L, 60L, 70L, 80L);
        assertThat(keyspace().ranges(null, state.clockMillis() + 1, 100)).isEmpty();
    }

    @Test
    void theLastNumberOfAllIsHandedOutAndNoneAfterIt() {
        for (int width : new int[] {32, 63, 64, 95, 96, 128}) {
            String name = "w" + width;
            Uint128 highest = Uint128.highest(width >= 96 ? 64 : width);
            apply(Commands.on(state)
                    .setCreateKeyspace(CreateKeyspaceRequest.newBuilder()
                            .setName(name)
                            .setWidth(width)
                            .setStart(highest.minus(Uint128.of(1)).toProto())));
            Number last = next(name, 2, 0, 0).getNextKeySet().getKeys().getLast();
            assertThat(last.getLow()).as("width %s", width).isEqualTo(highest.low());
            assertThat(next(name, 1, 0, 0).getError().getReason()).isEqualTo(Reason.REASON_EXHAUSTED);
            assertThat(Objects.requireNonNull(state.keyspaces().get(name))
                            .toProto(state.epochId())
                            .hasNext())
                    .isFalse();
            RegistryInvariants.check(state);
        }
    }

    @Test
    void refusalsNameTheField() {
        assertThat(refusal(CreateKeyspaceRequest.newBuilder().setName("No")))
                .startsWith("name: \"No\" (expected: 1 to 128 of a-z");
        assertThat(refusal(CreateKeyspaceRequest.newBuilder().setName("a").setWidth(31)))
                .isEqualTo("width: 31 (expected: 32 to 128 bits, or 0 for 63)");
        assertThat(refusal(CreateKeyspaceRequest.newBuilder()
                        .setName("a")
                        .setWidth(32)
                        .setMax(Uint128.of(1L << 32).toProto())))
                .isEqualTo("max: 4294967296 (expected: at most 4294967295 for 32 bits)");
        assertThat(refusal(CreateKeyspaceRequest.newBuilder()
                        .setName("a")
                        .setStart(Uint128.of(3).toProto())
                        .setMax(Uint128.of(2).toProto())))
                .isEqualTo("start: 3 (expected: at most the maximum, 2)");
        assertThat(next(NAME, 0, 0, 0).getError().getMessage()).isEqualTo("size: 0 (expected: 1 to 1048576)");
        assertThat(next(NAME, Limits.MAX_KEYSET_SIZE + 1, 0, 0).getError().getMessage())
                .isEqualTo("size: 1048577 (expected: 1 to 1048576)");
    }

    private String refusal(CreateKeyspaceRequest.Builder request) {
        return apply(Commands.on(state).setCreateKeyspace(request)).getError().getMessage();
    }

    private Keyspace keyspace() {
        return Objects.requireNonNull(state.keyspaces().get(NAME));
    }

    private long open() {
        return apply(Commands.open(state, 10_000).toBuilder()).getGrantLease().getLease();
    }

    private void next(int size, long session, long sequence) {
        assertThat(next(NAME, size, session, sequence).hasError()).isFalse();
    }

    private Result next(String name, int size, long session, long sequence) {
        return apply(inSession(session, sequence)
                .setNextKeySet(NextKeySetRequest.newBuilder().setKeyspace(name).setSize(size)));
    }

    private Command.Builder inSession(long session, long sequence) {
        return Commands.on(state).setSession(session).setGeneration(1).setSequence(session == 0 ? 0 : sequence);
    }

    private Result apply(Command.Builder command) {
        Outcome outcome = Registry.apply(state, command.build());
        state = outcome.state();
        return outcome.result();
    }
}
