// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.event.EventRecord;
import dev.muster.core.event.OpenPair;
import dev.muster.v1.Event;
import dev.muster.v1.PairPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PairsTest {
    private static final int COMMANDS = 10_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eachBeforeHasAtMostOneEndAndTheOpenOnesHaveNone(long seed) {
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        RegistryState state = RegistryState.empty();
        var command = Commands.genesis(Limits.defaultSettings());
        Map<Long, PairPart> ends = new HashMap<>();
        List<Long> begun = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            Outcome outcome = Registry.apply(state, command);
            state = outcome.state();
            for (EventRecord happened : outcome.events()) {
                Event event = happened.toEvent();
                if (event.getPair().getPart() == PairPart.PAIR_PART_BEFORE) {
                    begun.add(event.getSequence());
                } else if (event.hasPair()) {
                    assertThat(ends.put(
                                    event.getPair().getBefore(), event.getPair().getPart()))
                            .as("an end before " + event)
                            .isNull();
                }
            }
            command = commands.next(state);
        }
        for (OpenPair pair : state.pairs().all()) {
            assertThat(ends).as("an open pair").doesNotContainKey(pair.before());
            ends.put(pair.before(), PairPart.PAIR_PART_UNSPECIFIED);
        }
        assertThat(ends.keySet()).containsExactlyInAnyOrderElementsOf(begun);
        assertThat(ends.values()).contains(PairPart.PAIR_PART_AFTER, PairPart.PAIR_PART_INTERRUPTED);
    }
}
