// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.internal.v1.FetchEventsRequest;
import dev.muster.internal.v1.FetchEventsResponse;
import java.util.concurrent.CompletableFuture;

/** The way to the events of other nodes. Thread-safe; nothing blocks. */
@FunctionalInterface
public interface EventPeers {
    /** What the node at this address (host:port of its client port) keeps itself. Fails in bounded time. */
    CompletableFuture<FetchEventsResponse> fetchEvents(String address, FetchEventsRequest request);
}
