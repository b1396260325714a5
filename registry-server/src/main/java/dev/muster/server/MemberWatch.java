// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.replica.Peer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * While this node leads, tells which members do not answer calls: a node that hears its leader may still be one that
 * nobody else can use. For one thread.
 */
final class MemberWatch {
    private final Function<Peer, CompletableFuture<?>> call;
    private final Consumer<String> report;
    private final Map<Peer, Check> checks = new HashMap<>();
    private final Set<Peer> silent = new HashSet<>();

    /** {@code call} asks a member for something; {@code report} says it to the operator and to the event log. */
    MemberWatch(Function<Peer, CompletableFuture<?>> call, Consumer<String> report) {
        this.call = call;
        this.report = report;
    }

    /** Looks at these once, which are the other members for a leader, and nobody for any other node. */
    void look(List<Peer> others) {
        checks.keySet().retainAll(others);
        silent.retainAll(others);
        for (Peer other : others) {
            Check check = checks.computeIfAbsent(other, this::check);
            check.look();
            if (check.isFailing() && silent.add(other)) {
                report.accept("HOST_GREY: " + check.problem());
            } else if (check.isSteady() && silent.remove(other)) {
                report.accept("HOST_GREY is over: node " + other.node() + " answers again");
            }
        }
    }

    private Check check(Peer other) {
        return new Check(
                "node " + other.node() + " has not answered at " + other.clientAddress(), () -> call.apply(other));
    }
}
