// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Everything that happened in the registry, in one order, the same on every node. Events are kept for a time that the
 * operators of the nodes set. Safe for use by any number of threads.
 */
public interface EventLog {
    /**
     * What happened. Fetched page by page while the stream is consumed, so {@code limit} fetches no more than it needs.
     *
     * @throws MusterException from the stream, when the registry refuses or does not answer in time
     */
    Stream<RegistryEvent> list(EventQuery query);

    /**
     * What happens: gives each event that fits to the listener, once and in order, until the feed is closed. Goes on by
     * itself at another node when its own fails. The listener runs on the thread of all listeners; what it does not take
     * in time waits in the registry, not here. Returns at once.
     */
    EventStream tail(EventQuery query, Consumer<RegistryEvent> listener);

    /**
     * Puts an event of this client's own into the log, in its session and thus exactly once, and returns its sequence.
     *
     * @param kind what kind of thing happened: a name of 1 to 63 characters, for instance {@code deployed}
     * @param text what a person should read, up to 1024 characters
     * @param key the instance concerned, registered or not
     * @throws MusterException whose {@link MusterException#fate() fate} says whether it was done
     */
    long append(String kind, String text, Optional<InstanceKey> key);

    /**
     * Says what is about to be done, and opens a pair of events by that. When this client's session ends before {@link
     * #end}, whoever speaks for the owner has some minutes to say what came of it; then the registry says {@link
     * EventPair.Part#INTERRUPTED}.
     *
     * @throws MusterException with {@link MusterException.Reason#CONFLICT} when the pair is open already; its {@link
     *     MusterException#fate() fate} says whether it was done
     */
    long begin(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key);

    /**
     * Says what came of what {@link #begin} said, in this process or in an earlier one, and closes the pair.
     *
     * @throws MusterException with {@link MusterException.Reason#NOT_FOUND} when the pair is not open: its begin never
     *     arrived, or it was closed or interrupted; its {@link MusterException#fate() fate} says whether it was done
     */
    long end(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key);

    /** As {@link #append}. */
    CompletableFuture<Long> appendAsync(String kind, String text, Optional<InstanceKey> key);
}
