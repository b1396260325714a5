// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import java.util.Optional;

/** Why an endpoint has no answer to show. Stateless. */
final class NodeFailure {
    private NodeFailure() {}

    /** The reason in words, empty when there is an answer. */
    static String of(NodeAnswer<?> node) {
        return node.failure().map(MusterException::detail).orElse("");
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
