// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.concurrent.CompletableFuture;

/**
 * A running feed of events: each event that fits once, in the order of the log, whichever nodes it comes from. Safe for
 * use by any number of threads.
 */
public interface EventStream extends AutoCloseable {
    /**
     * Where the feed stands: behind all events that the listener has been given. Good on every node of the cluster and
     * for another process; see {@link EventQuery#resume}. Empty before a node has answered.
     */
    String token();

    /** Completed with this feed when a node has answered: from then on nothing is missed. */
    CompletableFuture<EventStream> ready();

    /**
     * Completed when the feed is over: normally when it was closed, with a {@link MusterException} when it cannot go on,
     * for instance because what comes next is not kept any more ({@link MusterException.Reason#NOT_RETAINED}).
     */
    CompletableFuture<Void> ended();

    /** Ends the feed. What is being delivered is delivered. */
    @Override
    void close();
}
