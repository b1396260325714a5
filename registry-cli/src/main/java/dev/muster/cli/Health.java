// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.NodeProblem;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is not as it should be with a cluster, judged from what its nodes say of themselves. A pure function. */
final class Health {
    private Health() {}

    /** All that is wrong, one sentence each; empty when all endpoints answer and serve, and a leader is known. */
    static List<String> problems(List<NodeAnswer<NodeStatus>> nodes) {
        List<NodeStatus> statuses =
                nodes.stream().map(NodeAnswer::answer).flatMap(Optional::stream).toList();
        List<String> problems = new ArrayList<>();
        nodes.stream()
                .filter(node -> node.failure().isPresent())
                .forEach(node -> problems.add(node.endpoint() + " does not answer: " + NodeProblem.of(node)));
        statuses.stream()
                .filter(status -> !status.ready())
                .forEach(status -> problems.add(status.node() + " does not serve (" + why(status) + ")"));
        if (statuses.stream().allMatch(status -> status.leader().isEmpty())) {
            problems.add("no leader is known: writes wait until a majority of the nodes runs and is connected");
        }
        if (statuses.stream().map(NodeStatus::clusterId).distinct().count() > 1) {
            problems.add("the endpoints belong to different clusters: name the nodes of one");
        }
        return problems;
    }

    private static String why(NodeStatus status) {
        if (!status.grey().isEmpty()) {
            return "it is grey: " + status.grey();
        }
        return "it is " + status.role().name().toLowerCase(Locale.ROOT)
                + (status.leader().isEmpty() ? " and knows no leader" : "");
    }
}
