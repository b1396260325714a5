// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** How the state of the nodes is shown: one line per endpoint, whether it answers or not. Stateless. */
public final class StatusView {
    /** The state of one endpoint's node. */
    public static final Columns<NodeAnswer<NodeStatus>> COLUMNS = Columns.<NodeAnswer<NodeStatus>>none()
            .text("NODE", of(NodeStatus::node))
            .text("ADDRESS", NodeAnswer::endpoint)
            .text("ROLE", StatusView::role)
            .number("TERM", of(status -> unsigned(status.term())))
            .text("LEADER", of(NodeStatus::leader))
            .text("READY", of(StatusView::ready))
            .number("REVISION", of(status -> unsigned(status.position().revision())))
            .number("APPLIED", of(status -> unsigned(status.appliedIndex())))
            .number("COMMIT", of(status -> unsigned(status.commitIndex())))
            .number("SNAPSHOT", of(status -> unsigned(status.snapshotIndex())))
            .number("INSTANCES", of(status -> unsigned(status.instances())))
            .number("LEASES", of(status -> unsigned(status.leases())))
            .number("SESSIONS", of(status -> unsigned(status.sessions())))
            .number("HELD", of(status -> unsigned(status.heldLeases())))
            .duration("UPTIME", node -> node.answer().map(NodeStatus::uptime))
            .text("VERSION", of(NodeStatus::version))
            .remark("PROBLEM", NodeProblem::of);

    private StatusView() {}

    /** The document of all nodes and of the folders that follow, with what is not as it should be. */
    public static JsonObject document(
            List<NodeAnswer<NodeStatus>> nodes, List<String> problems, List<BackupLag> backups) {
        return new JsonFields()
                .flag("healthy", problems.isEmpty())
                .texts("problems", problems)
                .array("nodes", nodes.stream().map(StatusView::json).toList())
                .array("backups", backups.stream().map(BackupLag::json).toList())
                .toObject();
    }

    private static JsonObject json(NodeAnswer<NodeStatus> node) {
        JsonFields fields = new JsonFields().text("endpoint", node.endpoint());
        NodeProblem.put(fields, node);
        node.answer().ifPresent(status -> put(fields, status));
        return fields.toObject();
    }

    private static void put(JsonFields fields, NodeStatus status) {
        Positions.put(fields, status.position())
                .millis("ageMillis", status.age())
                .text("clusterId", status.clusterId())
                .text("node", status.node())
                .text("storageId", status.storageId())
                .text("role", status.role().name().toLowerCase(Locale.ROOT))
                .number("term", status.term())
                .text("leader", status.leader())
                .text("leaderAddress", status.leaderAddress())
                .flag("ready", status.ready())
                .text("grey", status.grey())
                .millis("diskMillis", status.diskTime())
                .number("appliedIndex", status.appliedIndex())
                .number("commitIndex", status.commitIndex())
                .number("snapshotIndex", status.snapshotIndex())
                .number("services", status.services())
                .number("instances", status.instances())
                .number("leases", status.leases())
                .number("sessions", status.sessions())
                .number("watches", status.watches())
                .number("heldLeases", status.heldLeases())
                .millis("uptimeMillis", status.uptime())
                .text("version", status.version())
                .number("featureLevel", status.featureLevel());
    }

    private static String ready(NodeStatus status) {
        if (!status.ready()) {
            return "no";
        }
        return status.grey().isEmpty() ? "yes" : "grey";
    }

    private static String role(NodeAnswer<NodeStatus> node) {
        return node.answer()
                .map(status -> status.role().name().toLowerCase(Locale.ROOT))
                .orElse(NodeProblem.isUnreachable(node) ? "unreachable" : "failed");
    }

    private static Function<NodeAnswer<NodeStatus>, String> of(Function<NodeStatus, String> value) {
        return node -> node.answer().map(value).orElse("");
    }

    private static String unsigned(long value) {
        return Long.toUnsignedString(value);
    }
}
