// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.lease.Lease;
import dev.muster.v1.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HindsightTest {
    private static final int COMMANDS = 3_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theListAtEachRevisionIsTheOneThatWas(long seed) {
        List<List<String>> recorded = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        RegistryState newest = run(seed, recorded, events);

        Hindsight hindsight = new Hindsight(newest);
        for (int i = events.size() - 1; i > 0; i--) {
            hindsight.takeBack(events.get(i));
            Event before = events.get(i - 1);
            if (before.getRevision() < events.get(i).getRevision()) {
                RegistryState then = hindsight.at(before.getRevision(), before.getTimeMillis());
                assertThat(list(then)).as("revision " + before.getRevision()).isEqualTo(recorded.get((int)
                        before.getRevision()));
            }
        }
    }

    /** Records the list at each revision and all events on the way. */
    private static RegistryState run(long seed, List<List<String>> recorded, List<Event> events) {
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        RegistryState state = RegistryState.empty();
        recorded.add(list(state));
        var command = Commands.genesis(Limits.defaultSettings().toBuilder()
                .setMaxTombstones(5)
                .setExpiryBudgetPercent(10)
                .setExpiryBudgetMinInstances(1)
                .build());
        int held = 0;
        for (int i = 0; i < COMMANDS; i++) {
            Outcome outcome = Registry.apply(state, command);
            state = outcome.state();
            outcome.events().forEach(event -> events.add(event.toEvent()));
            if (!outcome.events().isEmpty()) {
                recorded.add(list(state));
                held += state.leases().heldCount();
            }
            do {
                command = commands.next(state);
                // Behind a restore there is another history.
            } while (command.getTermStarted().hasGenesis());
        }
        assertThat(recorded).hasSizeGreaterThan(1_000);
        assertThat(held).isPositive();
        return state;
    }

    /** Everything that a reader of the list can see. */
    private static List<String> list(RegistryState state) {
        List<String> list = new ArrayList<>();
        for (ServiceEntry service : state.catalog().services()) {
            if (service.size() > 0) {
                list.add(service.name() + " changed at " + service.revision() + ", " + service.serving() + " serve");
                for (InstanceRecord instance : service.instances()) {
                    Lease lease = state.leases().get(instance.lease());
                    list.add((lease != null && lease.held() ? "held " : "") + instance.toInstance());
                }
            }
        }
        return list;
    }
}
