// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.ReportRequest;
import java.util.concurrent.CompletableFuture;

/** What a node answers to other nodes before and while it is a member. Thread-safe; no method blocks. */
public interface PeerDirectory {
    /** Who this node is and what is on its disk. */
    IdentifyResponse identify(IdentifyRequest request);

    /** Lets the peer into the cluster; only the leader can. Fails with a ReplicaException or a Rejection. */
    CompletableFuture<Void> join(JoinRequest request);

    /** Puts the report into the event log; only the leader can. Fails as {@link #join} does. */
    CompletableFuture<Void> report(ReportRequest request);

    /** Which states this node had; none as long as it has no part in a cluster. */
    FetchDigestsResponse digests();
}
