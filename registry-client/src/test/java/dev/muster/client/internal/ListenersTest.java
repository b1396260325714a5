// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Listeners<String> listeners = new Listeners<>(tasks::add);

    @Test
    void listenerHearsTheFirstValueAndThoseThatFollow() {
        List<String> heard = new ArrayList<>();
        listeners.add(heard::add, "a");
        run();
        listeners.tell("b");
        run();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void slowListenerHearsTheNewestOnly() {
        List<String> heard = new ArrayList<>();
        listeners.add(heard::add, null);
        listeners.tell("a");
        listeners.tell("b");
        listeners.tell("c");
        assertThat(tasks).hasSize(1);
        run();

        assertThat(heard).containsExactly("c");
    }

    @Test
    void listenerThatFailsIsCalledAgainAndHarmsNobody() {
        List<String> heard = new ArrayList<>();
        listeners.add(
                value -> {
                    throw new IllegalStateException(value);
                },
                null);
        listeners.add(heard::add, null);
        listeners.tell("a");
        run();
        listeners.tell("b");
        assertThat(tasks).hasSize(2);
        run();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void closedSubscriptionHearsNothingMoreNotEvenWhatWaits() {
        List<String> heard = new ArrayList<>();
        Subscription subscription = listeners.add(heard::add, null);
        listeners.tell("a");
        subscription.close();
        run();
        listeners.tell("b");
        run();

        assertThat(heard).isEmpty();
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
