// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.founding;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import java.util.List;
import java.util.function.Consumer;

/**
 * Notices that the cluster has another member under this node's name: a disk that was replaced comes back. Nobody sends
 * such a node anything any more, so it asks by itself. Thread-safe; nothing blocks.
 */
public final class ReplacementWatch {
    private final Identity identity;
    private final List<Peer> configured;
    private final Introductions introductions;
    private final Consumer<String> replaced;

    /** {@code replaced} is told, with the storage id of the member that took the name. */
    public ReplacementWatch(
            Identity identity, List<Peer> configured, Introductions introductions, Consumer<String> replaced) {
        this.identity = identity;
        this.configured = List.copyOf(configured);
        this.introductions = introductions;
        this.replaced = replaced;
    }

    /** Asks the other nodes once; to be called while no leader is known. */
    public void look() {
        IdentifyRequest request = IdentifyRequest.newBuilder()
                .setClusterName(identity.clusterName())
                .setNode(identity.node())
                .setStorageId(identity.storageId())
                .build();
        for (Peer peer : configured) {
            if (!peer.node().equals(identity.node())) {
                var unused =
                        introductions.identify(peer.clientAddress(), request).thenAccept(this::examine);
            }
        }
    }

    private void examine(IdentifyResponse answer) {
        if (!answer.getLeads() || !answer.getClusterId().equals(identity.clusterId())) {
            return;
        }
        boolean member = answer.getMembersList().stream()
                .anyMatch(peer -> peer.getStorageId().equals(identity.storageId()));
        if (!member) {
            answer.getMembersList().stream()
                    .filter(peer -> peer.getNode().equals(identity.node()))
                    .findFirst()
                    .ifPresent(other -> replaced.accept(other.getStorageId()));
        }
    }
}
