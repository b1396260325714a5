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

    /** All that is wrong, one sentence each; empty when all endpoints answer, serve and are well, and a leader is known. */
    static List<String> problems(List<NodeAnswer<NodeStatus>> nodes) {
        List<NodeStatus> statuses =
                nodes.stream().map(NodeAnswer::answer).flatMap(Optional::stream).toList();
        List<String> problems = new ArrayList<>();
        nodes.stream()
                .filter(node -> node.failure().isPresent())
                .forEach(node -> problems.add(node.endpoint() + " does not answer: " + NodeProblem.of(node)));
        statuses.stream()
                .filter(status -> !status.ready())
                .forEach(status -> problems.add(status.node() + " does not serve (it is "
                        + status.role().name().toLowerCase(Locale.ROOT)
                        + (status.leader().isEmpty() ? " and knows no leader)" : ")")));
        statuses.stream()
                .filter(status -> !status.grey().isEmpty())
                .forEach(status -> problems.add(status.node() + " is grey: " + status.grey()));
        if (statuses.stream().allMatch(status -> status.leader().isEmpty())) {
            problems.add("no leader is known: writes wait until a majority of the nodes runs and is connected");
        }
        if (statuses.stream().map(NodeStatus::clusterId).distinct().count() > 1) {
            problems.add("the endpoints belong to different clusters: name the nodes of one");
        }
        return problems;
    }
}
