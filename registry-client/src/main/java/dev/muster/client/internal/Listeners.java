// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who want to hear of each new value. Each is told one value at a time, in order; one that is slow misses values in
 * between, never the newest, so nothing piles up. Safe for any thread, except for telling.
 */
final class Listeners<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final Loop loop;
    private final Executor executor;
    private final List<Listener> all = new CopyOnWriteArrayList<>();

    Listeners(Loop loop, Executor executor) {
        this.loop = loop;
        this.executor = executor;
    }

    /** Adds one, who first hears the value as it is now, if any. */
    Subscription add(Consumer<T> consumer, Supplier<? extends @Nullable T> now) {
        Listener listener = new Listener(consumer);
        // On the loop, where values change: none is missed or heard twice between the first one and the next.
        loop.execute(() -> enter(listener, now.get()));
        return () -> {
            listener.over = true;
            all.remove(listener);
        };
    }

    private void enter(Listener listener, @Nullable T first) {
        if (!listener.over) {
            all.add(listener);
            if (first != null) {
                listener.tell(first);
            }
        }
    }

    /** Tells everybody. On the loop. */
    void tell(T value) {
        for (Listener listener : all) {
            listener.tell(value);
        }
    }

    private final class Listener {
        private final Consumer<T> consumer;
        private final AtomicReference<@Nullable T> newest = new AtomicReference<>();
        private volatile boolean over;

        Listener(Consumer<T> consumer) {
            this.consumer = consumer;
        }

        void tell(T value) {
            if (newest.getAndSet(value) == null) {
                executor.execute(this::deliver);
            }
        }

        private void deliver() {
            T value = newest.getAndSet(null);
            if (value == null || over) {
                return;
            }
            try {
                consumer.accept(value);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed; it is called again for the next value", e);
            }
        }
    }
}
