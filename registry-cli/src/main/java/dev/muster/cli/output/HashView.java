// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.NodeAnswer;
import dev.muster.client.StateHash;
import java.util.List;
import java.util.function.Function;

/** How the state hashes of the nodes are shown: one line per endpoint. Stateless. */
public final class HashView {
    /** The state hash of one endpoint's node. */
    public static final Columns<NodeAnswer<StateHash>> COLUMNS = Columns.<NodeAnswer<StateHash>>none()
            .text("NODE", of(StateHash::node))
            .text("ADDRESS", NodeAnswer::endpoint)
            .number("EPOCH", of(hash -> Long.toUnsignedString(hash.position().epochOrdinal())))
            .number("REVISION", of(hash -> Long.toUnsignedString(hash.position().revision())))
            .text("HASH", of(hash -> JsonFields.hex(hash.hash())))
            .remark("PROBLEM", NodeProblem::of);

    private HashView() {}

    /** The document of all nodes with what follows from it. */
    public static JsonObject document(List<NodeAnswer<StateHash>> nodes, String verdict) {
        return new JsonFields()
                .text("verdict", verdict)
                .array("nodes", nodes.stream().map(HashView::json).toList())
                .toObject();
    }

    private static JsonObject json(NodeAnswer<StateHash> node) {
        JsonFields fields = new JsonFields().text("endpoint", node.endpoint());
        NodeProblem.put(fields, node);
        node.answer()
                .ifPresent(hash -> Positions.put(fields, hash.position())
                        .text("node", hash.node())
                        .bits("hash", hash.hash()));
        return fields.toObject();
    }

    private static Function<NodeAnswer<StateHash>, String> of(Function<StateHash, String> value) {
        return node -> node.answer().map(value).orElse("");
    }
}
