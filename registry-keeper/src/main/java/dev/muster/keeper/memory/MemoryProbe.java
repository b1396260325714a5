// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.ExceptionRing.Entry;
import dev.muster.keeper.memory.MemoryLedger.Finding;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One look after another at the memory errors of one JVM. A look at a healthy one is a single cheap question. Confined
 * to one thread.
 */
final class MemoryProbe {
    private static final String RING = "VM.events log=exc";
    private static final String COUNTERS = "VM.info";
    private static final String THREADS = "Thread.print";
    private static final Pattern ELAPSED = Pattern.compile("elapsed time: (\\d+\\.\\d+) seconds");

    /** A JVM that does nothing but collect garbage answers late, and that is when it matters. */
    private static final Duration ANSWER_BOUND = Duration.ofSeconds(2);

    /** A report does not wait longer for its class and method. */
    private static final Duration SITE_BOUND = Duration.ofMillis(500);

    /** The counters are read this often without a reason, in case the ring should ever not show one. */
    private static final Duration COUNTERS_PERIOD = Duration.ofSeconds(10);

    /** A JVM that throws one error after another is not asked for its threads each time. */
    private static final Duration SITE_PERIOD = Duration.ofSeconds(10);

    private final AttachedJvm jvm;
    private final Optional<LogFollower> log;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final MemoryLedger ledger;
    private Optional<Long> countersNanos = Optional.empty();
    private Optional<Instant> started = Optional.empty();
    private Optional<Long> siteNanos = Optional.empty();

    /** A program may have printed its trace after the last look at the ring and before the last look at the log. */
    private List<ErrorTrace> printedBefore = List.of();

    MemoryProbe(
            AttachedJvm jvm, ErrorCounts told, Optional<LogFollower> log, InstantSource clock, LongSupplier nanoClock) {
        this.jvm = jvm;
        this.log = log;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.ledger = new MemoryLedger(told);
    }

    /**
     * What happened since the last look.
     *
     * @throws AttachException if the JVM did not answer; what happened meanwhile is found by a later look
     */
    List<MemoryError> look() throws IOException {
        ExceptionRing ring = ExceptionRing.parse(jvm.run(RING, ANSWER_BOUND));
        List<Finding> findings = List.of();
        if (ledger.isNews(ring) || isDue(countersNanos, COUNTERS_PERIOD)) {
            String info = jvm.run(COUNTERS, ANSWER_BOUND);
            countersNanos = Optional.of(nanoClock.getAsLong());
            started = started(info);
            findings = ledger.take(ring, ErrorCounts.parse(info));
        }
        List<ErrorTrace> printed = ErrorTrace.in(log.map(LogFollower::lines).orElse(List.of()));
        List<MemoryError> errors = new ArrayList<>(inLogOnly(printed));
        for (Finding finding : findings) {
            errors.add(error(finding, printed));
        }
        printedBefore = printed;
        return errors;
    }

    /** What has been told so far; a later probe of the same JVM goes on from there. */
    ErrorCounts told() {
        return ledger.told();
    }

    /** The zero of the JVM's own clock. The kernel knows it to a second only. */
    private Optional<Instant> started(String info) {
        Matcher elapsed = ELAPSED.matcher(info);
        return elapsed.find()
                ? Optional.of(clock.instant().minusMillis(Math.round(Double.parseDouble(elapsed.group(1)) * 1000)))
                : Optional.empty();
    }

    private List<MemoryError> inLogOnly(List<ErrorTrace> printed) {
        List<ErrorTrace> direct = printed.stream()
                .filter(trace -> trace.kind() == MemoryErrorKind.DIRECT)
                .toList();
        if (direct.isEmpty()) {
            return List.of();
        }
        Instant now = clock.instant();
        Optional<ErrorSite> site = direct.get(direct.size() - 1).site();
        return List.of(new MemoryError(MemoryErrorKind.DIRECT, direct.size(), now, now, site));
    }

    private MemoryError error(Finding finding, List<ErrorTrace> printed) {
        Instant now = clock.instant();
        Instant thrownAt = finding.newest()
                .flatMap(entry -> started.map(start -> start.plusMillis(entry.uptimeMillis())))
                .filter(time -> time.isBefore(now))
                .orElse(now);
        Optional<ErrorSite> site = printedSite(finding.kind(), printed)
                .or(() -> printedSite(finding.kind(), printedBefore))
                .or(() -> finding.newest().flatMap(this::threadSite));
        return new MemoryError(finding.kind(), finding.count(), thrownAt, now, site);
    }

    private static Optional<ErrorSite> printedSite(MemoryErrorKind kind, List<ErrorTrace> traces) {
        return traces.stream()
                .filter(trace -> trace.kind() == kind)
                .flatMap(trace -> trace.site().stream())
                .reduce((first, last) -> last);
    }

    private Optional<ErrorSite> threadSite(Entry entry) {
        if (!isDue(siteNanos, SITE_PERIOD)) {
            return Optional.empty();
        }
        siteNanos = Optional.of(nanoClock.getAsLong());
        try {
            return ThreadDump.site(jvm.run(THREADS, SITE_BOUND), entry.thread());
        } catch (IOException e) {
            // The error counts with or without its site: the JVM may be past answering.
            return Optional.empty();
        }
    }

    private boolean isDue(Optional<Long> last, Duration period) {
        return last.map(nanos -> nanoClock.getAsLong() - nanos >= period.toNanos())
                .orElse(true);
    }
}
