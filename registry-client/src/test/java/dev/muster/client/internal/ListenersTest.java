// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ManualLoop loop = new ManualLoop();
    private final Listeners<String> listeners = new Listeners<>(loop, tasks::add);

    @Test
    void listenerHearsTheFirstValueAndThoseThatFollow() {
        List<String> heard = new ArrayList<>();
        listeners.add(heard::add, () -> "a");
        run();
        tell("b");
        run();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void slowListenerHearsTheNewestOnly() {
        List<String> heard = new ArrayList<>();
        listeners.add(heard::add, () -> null);
        tell("a");
        tell("b");
        tell("c");
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
                () -> null);
        listeners.add(heard::add, () -> null);
        tell("a");
        run();
        tell("b");
        assertThat(tasks).hasSize(2);
        run();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void closedSubscriptionHearsNothingMoreNotEvenWhatWaits() {
        List<String> heard = new ArrayList<>();
        Subscription subscription = listeners.add(heard::add, () -> null);
        tell("a");
        subscription.close();
        run();
        tell("b");
        run();

        assertThat(heard).isEmpty();
    }

    @Test
    void subscriptionClosedBeforeItBeganHearsNothing() {
        List<String> heard = new ArrayList<>();
        loop.run(() -> listeners.add(heard::add, () -> "a").close());
        tell("b");
        run();

        assertThat(heard).isEmpty();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void tell(String value) {
        loop.run(() -> listeners.tell(value));
    }

    private void run() {
        loop.run(() -> {});
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
