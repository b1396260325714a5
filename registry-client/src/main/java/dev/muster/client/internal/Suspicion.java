// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other nodes who leads while a stream owes an answer and says nothing: a leader that was stopped keeps its
 * connections, and long before they break another one may lead. One node is asked after the other, often at first, when
 * an election may be under way, and ever more seldom then, when the cluster is merely slow. Confined to the loop.
 */
final class Suspicion {
    static final Duration PAUSE = Duration.ofMillis(150);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);
    /** Elections are over by then. */
    private static final int QUICK_QUESTIONS = 10;

    private final Loop loop;
    private final List<String> endpoints;
    private final Function<String, CompletableFuture<String>> leaderKnownTo;
    private final BooleanSupplier owed;
    private final Consumer<String> leaderElsewhere;

    private String address = "";
    private long heardNanos;
    private int questions;
    private int turn;
    private Loop.@Nullable Timer timer;

    /**
     * {@code leaderKnownTo} asks a node for the address of the leader that it knows, empty for none; {@code owed} says
     * whether an answer is due; {@code leaderElsewhere} is told of a leader at another address than the silent one.
     */
    Suspicion(
            Loop loop,
            List<String> endpoints,
            Function<String, CompletableFuture<String>> leaderKnownTo,
            BooleanSupplier owed,
            Consumer<String> leaderElsewhere) {
        this.loop = loop;
        this.endpoints = endpoints;
        this.leaderKnownTo = leaderKnownTo;
        this.owed = owed;
        this.leaderElsewhere = leaderElsewhere;
    }

    /** From now on the node at this address owes an answer. */
    void expect(String from) {
        address = from;
        heard();
        if (timer == null) {
            timer = loop.schedule(PAUSE, this::check);
        }
    }

    /** It said something. */
    void heard() {
        heardNanos = loop.nanoTime();
        questions = 0;
    }

    /** Asks nobody any more. */
    void close() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void check() {
        timer = null;
        if (!owed.getAsBoolean()) {
            return;
        }
        Duration silence = Duration.ofNanos(loop.nanoTime() - heardNanos);
        Duration left = PAUSE.minus(silence);
        if (left.isNegative() || left.isZero()) {
            ask();
            left = pause();
        }
        timer = loop.schedule(left, this::check);
    }

    private Duration pause() {
        int doublings = Math.max(0, questions - QUICK_QUESTIONS);
        Duration pause = PAUSE.multipliedBy(1L << Math.min(doublings, Short.SIZE));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void ask() {
        questions++;
        String silent = address;
        long since = heardNanos;
        List<String> others =
                endpoints.stream().filter(node -> !node.equals(silent)).toList();
        if (others.isEmpty()) {
            return;
        }
        turn = (turn + 1) % others.size();
        Futures.whenDone(
                leaderKnownTo.apply(others.get(turn)),
                (leader, failure) -> loop.execute(() -> {
                    boolean stillSilent = silent.equals(address) && since == heardNanos && owed.getAsBoolean();
                    if (stillSilent && leader != null && !leader.isEmpty() && !leader.equals(silent)) {
                        leaderElsewhere.accept(leader);
                    }
                }));
    }
}
