// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.util.List;
import java.util.Optional;

/**
 * Has the node do what it is there for: a process that lives, and whose ports accept, may still write nothing and answer
 * nobody. A node that fails at it is grey (Huang et al., "Gray Failure: The Achilles' Heel of Cloud-Scale Systems",
 * 2017): it stands aside until it succeeds again, by itself. For one thread.
 */
final class SelfProbe {
    /** The node, as far as this concerns it. */
    interface Node {
        /** Is told why it is grey, and nothing when it is well again. */
        void standAside(Optional<String> why);

        /** Says it to the operator and to the event log. */
        void report(String text);
    }

    private final List<Check> checks;
    private final Node node;
    private final Handover handover;
    private boolean grey;

    SelfProbe(List<Check> checks, Node node, Handover handover) {
        this.checks = List.copyOf(checks);
        this.node = node;
        this.handover = handover;
    }

    /** Looks once, and does what is to be done. */
    void look() {
        checks.forEach(Check::look);
        if (!grey) {
            checks.stream().filter(Check::isFailing).findFirst().ifPresent(failing -> beGrey(failing.problem()));
        } else if (checks.stream().allMatch(Check::isSteady)) {
            grey = false;
            node.standAside(Optional.empty());
            node.report("HOST_GREY is over: the node answers, and its disk writes");
        }
        if (grey) {
            handover.ifLeading();
        }
    }

    private void beGrey(String problem) {
        grey = true;
        node.standAside(Optional.of(problem));
        node.report("HOST_GREY: " + problem + "; this node leads only if no other can");
    }
}
