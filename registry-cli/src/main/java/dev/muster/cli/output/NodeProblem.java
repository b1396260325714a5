// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import java.util.Optional;

/** Why an endpoint has no answer to show. Stateless. */
public final class NodeProblem {
    private NodeProblem() {}

    /** The reason in words, empty when there is an answer. Does not repeat the endpoint, which stands beside it. */
    public static String of(NodeAnswer<?> node) {
        String detail = node.failure().map(MusterException::detail).orElse("");
        String endpoint = node.endpoint() + ": ";
        return detail.startsWith(endpoint) ? detail.substring(endpoint.length()) : detail;
    }

    /** Whether the node was not heard at all. */
    static boolean isUnreachable(NodeAnswer<?> node) {
        return reason(node).filter(MusterException.Reason.UNAVAILABLE::equals).isPresent();
    }

    /** Says in a document whether the node answered, and why not. */
    static void put(JsonFields fields, NodeAnswer<?> node) {
        fields.flag("answered", node.failure().isEmpty());
        reason(node).ifPresent(reason -> fields.text("reason", reason.name()).text("problem", of(node)));
    }

    private static Optional<MusterException.Reason> reason(NodeAnswer<?> node) {
        return node.failure().map(MusterException::reason);
    }
}
