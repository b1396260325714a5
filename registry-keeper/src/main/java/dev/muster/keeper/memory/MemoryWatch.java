// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees OutOfMemoryError and StackOverflowError in another JVM, whether the program caught them or not.
 *
 * <p>Nothing of ours runs in that JVM: it is asked, four times a second, which exceptions it threw itself, and answers
 * without disturbing its threads. Any HotSpot JVM of the same user can be watched, also one that somebody else started;
 * one that was started with {@link #jvmOptions} needs no signal for it. Each watch has a thread of its own, so that a
 * JVM that hangs delays no other one's watch. Thread-safe.
 */
public final class MemoryWatch implements AutoCloseable {
    /** Between two looks. With the bound of a question it leaves most of the second in which an error is to be seen. */
    private static final Duration PERIOD = Duration.ofMillis(250);

    /** One that refuses may do so only for now: it is being started, or its /tmp is. */
    private static final Duration REFUSED_PERIOD = Duration.ofSeconds(5);

    private static final Duration CLOSE_BOUND = Duration.ofSeconds(2);
    private static final long STACK_BYTES = 256 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);

    /** Gets what a watch sees, on the thread of that watch. */
    @FunctionalInterface
    public interface Listener {
        /** Some errors of one kind; those of several kinds come one after another. */
        void onMemoryError(MemoryError error);
    }

    /** How far the watch can see. */
    public enum State {
        /** The JVM has not answered yet. */
        STARTING,
        /** The last question was answered. */
        WATCHING,
        /** The JVM is there and did not answer. What happens now is seen once it answers again. */
        SILENT,
        /** The JVM does not let itself be watched, {@link #reason} says why. Asked again now and then. */
        REFUSED,
        /** The process has ended, and the watch with it. */
        GONE
    }

    private final AttachedJvm jvm;
    private final MemoryProbe probe;
    private final Listener listener;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile State state = State.STARTING;
    private volatile String reason = "not asked yet";
    private volatile ErrorCounts told;

    private MemoryWatch(AttachedJvm jvm, MemoryProbe probe, ErrorCounts told, Listener listener) {
        this.jvm = jvm;
        this.probe = probe;
        this.told = told;
        this.listener = listener;
        this.thread =
                new Thread(null, this::run, "memory-watch-" + jvm.process().pid(), STACK_BYTES);
        thread.setDaemon(true);
    }

    /**
     * Begins to watch.
     *
     * @param process the JVM; it may still be starting
     * @param log the file that its output goes to, followed from its present end; without it, errors of direct buffers
     *     are not seen, and the site of others is found less often
     * @param told what is known already: {@link ErrorCounts#NONE} for a JVM that was just started, {@link #told} of an
     *     earlier watch for one that is watched again. What the JVM counted beyond it is reported at the first look
     * @param clock for the times in what is reported
     */
    public static MemoryWatch start(
            JvmProcess process, Optional<Path> log, ErrorCounts told, Listener listener, InstantSource clock) {
        AttachedJvm jvm = new AttachedJvm(process);
        MemoryProbe probe = new MemoryProbe(jvm, told, log.map(LogFollower::new), clock, System::nanoTime);
        MemoryWatch watch = new MemoryWatch(jvm, probe, told, listener);
        watch.thread.start();
        return watch;
    }

    /**
     * Options with which a JVM should be started, so that it can be watched from its first moment and without a signal.
     * They cost nothing until somebody asks.
     */
    public static List<String> jvmOptions() {
        return List.of("-XX:+StartAttachListener");
    }

    /** Whether the watch sees anything. */
    public State state() {
        return state;
    }

    /** Why it does not, in words; empty while it does. */
    public String reason() {
        return reason;
    }

    /** The errors that were reported, for a later watch of the same process. */
    public ErrorCounts told() {
        return told;
    }

    /** Ends the watch and leaves nothing behind. Waits for a report that is under way, unless it is the caller's own. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        if (Thread.currentThread() != thread) {
            try {
                thread.join(CLOSE_BOUND.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            Duration pause = Duration.ZERO;
            while (state != State.GONE && !closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
                pause = state == State.REFUSED ? REFUSED_PERIOD : PERIOD;
            }
        } catch (InterruptedException e) {
            LOG.debug("closed");
        } finally {
            // An interrupted thread could not touch files any more.
            var unused = Thread.interrupted();
            jvm.forget();
        }
    }

    private void look() {
        try {
            List<MemoryError> errors = probe.look();
            reached(State.WATCHING, "");
            for (MemoryError error : errors) {
                report(error);
            }
            told = probe.told();
        } catch (IOException e) {
            if (closed.getCount() > 0) {
                failed(e);
            }
        }
    }

    private void failed(IOException e) {
        if (e instanceof AttachException unanswered) {
            reached(
                    switch (unanswered.kind()) {
                        case GONE -> State.GONE;
                        case SILENT -> state == State.STARTING ? State.STARTING : State.SILENT;
                        case REFUSED -> State.REFUSED;
                    },
                    String.valueOf(e.getMessage()));
        } else {
            reached(State.REFUSED, "the JVM " + jvm.process().pid() + " cannot be asked: " + e);
        }
    }

    private void reached(State next, String why) {
        if (next == State.REFUSED && state != next) {
            LOG.warn("memory errors are not seen: {}", why);
        }
        reason = why;
        state = next;
    }

    private void report(MemoryError error) {
        try {
            listener.onMemoryError(error);
        } catch (RuntimeException e) {
            LOG.error("a memory error of {} was seen but not handled: {}", jvm.process(), error, e);
        }
    }
}
