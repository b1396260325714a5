// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.founding;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import java.util.concurrent.CompletableFuture;

/** The way to other nodes before there is a cluster. Thread-safe; every call ends within its own deadline. */
public interface Introductions {
    /** Asks the node at host:port who it is. */
    CompletableFuture<IdentifyResponse> identify(String address, IdentifyRequest request);

    /** Asks the node at host:port to let this one in. Fails with NOT_LEADER naming the leader when it does not lead. */
    CompletableFuture<Void> join(String address, JoinRequest request);
}
