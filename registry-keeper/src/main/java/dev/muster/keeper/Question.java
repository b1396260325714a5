// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest.Probe;
import dev.muster.keeper.probe.Damping;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A probe that is asked again and again, never twice at a time. Of what starts it is asked sooner than the probe says,
 * after each tenth of the time that it has waited, until the first yes. For the keeper's thread.
 */
final class Question {
    private static final int PARTS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(Question.class);

    private final Probe probe;
    private final Executor loop;
    private Damping damping;
    private @Nullable Instant began;
    private Instant next = Instant.EPOCH;
    private boolean eager;
    private int round;
    private boolean open;

    Question(Probe probe, Executor loop) {
        this.probe = probe;
        this.loop = loop;
        this.damping = new Damping(probe.failures(), probe.of());
    }

    /**
     * Another process is asked from now on: answers of the one before do not count.
     *
     * @param starts whether the first yes is waited for; where a no has consequences it is not
     */
    void begin(boolean starts) {
        damping = new Damping(probe.failures(), probe.of());
        began = null;
        next = Instant.EPOCH;
        eager = starts;
        open = false;
        round++;
    }

    /**
     * Asks if it is time to.
     *
     * @param question gives the answer
     * @param heard gets the answer
     */
    void askIfDue(Instant now, Supplier<CompletableFuture<Boolean>> question, Consumer<Answer> heard) {
        if (open || now.isBefore(next)) {
            return;
        }
        open = true;
        next = now.plus(pause(now));
        int asked = round;
        var unused = question.get()
                .thenAcceptAsync(
                        yes -> {
                            if (asked == round) {
                                open = false;
                                eager &= !yes;
                                heard.accept(new Answer(yes, damping.fails(yes)));
                            }
                        },
                        loop)
                .exceptionally(failure -> {
                    LOG.error("an answer was not dealt with; please report this", failure);
                    return null;
                });
    }

    private Duration pause(Instant now) {
        if (began == null) {
            began = now;
        }
        Duration part = Duration.between(began, now).dividedBy(PARTS);
        return !eager || part.compareTo(probe.every()) > 0 ? probe.every() : part;
    }

    /**
     * An answer.
     *
     * @param yes what was answered
     * @param fails whether, with the answers before, it is to be believed that the unit fails
     */
    record Answer(boolean yes, boolean fails) {}
}
