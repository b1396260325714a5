// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.probe;

import java.util.ArrayDeque;
import java.util.Deque;

/** Whether enough of the last answers were no. For one thread. */
public final class Damping {
    private final int failures;
    private final int of;
    private final Deque<Boolean> answers = new ArrayDeque<>();

    /** {@code failures} of the last {@code of} answers have to be no. */
    public Damping(int failures, int of) {
        this.failures = failures;
        this.of = of;
    }

    /** Takes an answer; returns whether it is to be believed that the unit fails. */
    public boolean fails(boolean answer) {
        answers.addLast(answer);
        if (answers.size() > of) {
            answers.removeFirst();
        }
        return answers.stream().filter(yes -> !yes).count() >= failures;
    }
}
