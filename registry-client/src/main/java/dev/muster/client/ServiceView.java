// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A live copy of one service's list, fed by the registry. Within an epoch it never goes back in revision, on whichever
 * node it is continued; while the registry is away it shows what it last knew, and {@link #age} says how old that is.
 * Safe for use by any number of threads; once the first list is there, reading never blocks and costs no more than
 * reading a field.
 */
public interface ServiceView extends AutoCloseable {
    /** The namespace of the service. */
    String namespace();

    /** The service's name. */
    String service();

    /**
     * The instances that serve, ordered by id. Waits for the first list up to the request timeout, so an empty list
     * always means that the registry said so.
     *
     * @throws MusterException when the first list did not come, or the registry refused the view
     */
    default List<ServiceInstance> instances() {
        return snapshot().serving();
    }

    /** The whole list; waits as {@link #instances} does. */
    ServiceSnapshot snapshot();

    /** The whole list if the first one is there. Never waits. */
    Optional<ServiceSnapshot> current();

    /** Up to which revision the copy is known to equal the registry's list; 0 before the first list. */
    long revision();

    /**
     * How long ago the copy was last known to equal the registry's list; {@link java.time.temporal.ChronoUnit#FOREVER}
     * when that is not known. Grows while the registry is away.
     */
    Duration age();

    /**
     * Whether the list is the last known one from the {@link MusterClient.Builder#diskCache disk}, because no node has
     * given one to this process yet. {@link #age} says how old it is.
     */
    boolean isFromDisk();

    /** Completed with this view when the first list is there, or with why it will not come. */
    CompletableFuture<ServiceView> ready();

    /**
     * Calls the listener with the list as it is now, if it is there, and after each change. A slow listener misses
     * lists in between, never the newest.
     *
     * @return stops the calls when closed
     */
    Subscription onChange(Consumer<ServiceSnapshot> listener);

    /** Ends the feed; the last list stays readable. */
    @Override
    void close();
}
