// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes well as long as all is well, tried at every look. Time is counted in looks, a second apart: a
 * process that slept does not take its own sleep for a failure. For one thread; attempts may end on any.
 */
final class Check {
    /** So many looks in a row that saw no success make it failing, so many that saw one make it steady. */
    static final int LOOKS = 5;

    private final String failure;
    private final Supplier<? extends CompletableFuture<?>> attempt;
    private @Nullable CompletableFuture<?> running;
    private int misses;
    private int successes;
    private String cause = "";

    /**
     * @param failure says that it does not go well, without a full stop
     * @param attempt begins one; its future ends when it went well, and fails when it did not
     */
    Check(String failure, Supplier<? extends CompletableFuture<?>> attempt) {
        this.failure = failure;
        this.attempt = attempt;
    }

    /** Looks at what became of the last attempt, and begins another one unless that still runs. */
    void look() {
        CompletableFuture<?> last = running;
        if (last != null) {
            note(last);
        }
        if (last == null || last.isDone()) {
            running = attempt.get();
        }
    }

    private void note(CompletableFuture<?> last) {
        if (last.isDone() && !last.isCompletedExceptionally()) {
            misses = 0;
            successes++;
        } else {
            misses++;
            successes = 0;
            cause = last.isDone()
                    ? ": " + last.handle((done, why) -> why.getMessage()).join()
                    : "";
        }
    }

    /** Whether it has not gone well for {@value #LOOKS} looks. */
    boolean isFailing() {
        return misses >= LOOKS;
    }

    /** Whether it has gone well for {@value #LOOKS} looks. */
    boolean isSteady() {
        return successes >= LOOKS;
    }

    /** What does not go well, since when, and why if that is known. */
    String problem() {
        return failure + " for " + misses + " s" + cause;
    }
}
