// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.NodeAnswer;
import dev.muster.client.TakenSnapshot;
import java.util.List;
import java.util.function.Function;

/** How taken snapshots are shown: one line per node. Stateless. */
public final class SnapshotView {
    /** The snapshot of one node. */
    public static final Columns<Row> COLUMNS = Columns.<Row>none()
            .text("NODE", Row::node)
            .text("ADDRESS", row -> row.outcome().endpoint())
            .number("REVISION", of(taken -> taken.position().revision()))
            .number("INDEX", of(TakenSnapshot::index))
            .number("BYTES", of(TakenSnapshot::bytes))
            .remark("PROBLEM", row -> NodeProblem.of(row.outcome()));

    private SnapshotView() {}

    /** The document of all snapshots. */
    public static JsonObject document(List<Row> rows) {
        return new JsonFields()
                .array("snapshots", rows.stream().map(SnapshotView::json).toList())
                .toObject();
    }

    private static JsonObject json(Row row) {
        JsonFields fields =
                new JsonFields().text("endpoint", row.outcome().endpoint()).text("node", row.node());
        NodeProblem.put(fields, row.outcome());
        row.outcome()
                .answer()
                .ifPresent(taken -> Positions.put(fields, taken.position())
                        .number("index", taken.index())
                        .number("bytes", taken.bytes()));
        return fields.toObject();
    }

    private static Function<Row, String> of(Function<TakenSnapshot, Long> value) {
        return row ->
                row.outcome().answer().map(value).map(Long::toUnsignedString).orElse("");
    }

    /**
     * What came of one node's snapshot. Immutable.
     *
     * @param node its name, empty when it does not answer
     * @param outcome the snapshot or why there is none
     */
    public record Row(String node, NodeAnswer<TakenSnapshot> outcome) {}
}
