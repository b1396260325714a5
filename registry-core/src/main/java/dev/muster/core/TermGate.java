// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Stamp;

/**
 * The rule that only the leader of the current term changes the registry.
 *
 * <p>A term begins with its leader's first command. From then on, what a leader of another term put into the log is
 * refused, so that no lease is judged by the clock of someone who no longer leads. Stateless.
 */
final class TermGate {
    private TermGate() {}

    /** Lets a command of the current term pass, or one that begins a newer term, and moves the clock. */
    static void enter(Draft draft) {
        Stamp stamp = draft.command().getStamp();
        boolean begins = draft.command().getOpCase() == Command.OpCase.TERM_STARTED;
        boolean created = !draft.base().clusterId().isEmpty() && !draft.beginsEpoch();
        long current = draft.base().term();
        if (!created && !begins) {
            throw Rejection.notCreated();
        }
        if (created && begins && stamp.getTerm() <= current) {
            throw Rejection.staleTerm(stamp.getTerm(), "above " + current);
        }
        if (created && !begins && stamp.getTerm() != current) {
            throw Rejection.staleTerm(stamp.getTerm(), String.valueOf(current));
        }
        Validation.stamp(stamp);
        draft.tick();
    }
}
