// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.Machine;
import dev.muster.testing.TestCluster;
import dev.muster.testing.chaos.ChaosRun;
import dev.muster.testing.chaos.Nemesis;
import dev.muster.testing.check.Violation;
import dev.muster.testing.history.Timeline;
import dev.muster.tests.RawNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A chaos run with all clients, its verdict, and what is written about it. Stateless. */
final class Chaos {
    private static final Logger LOG = LoggerFactory.getLogger(Chaos.class);
    private static final Path REPORTS = Path.of("target", "chaos");
    private static final int LEASE_HOLDERS = 2;
    private static final int LISTERS_PER_NODE = 3;
    private static final Duration LEASE_GRACE = Duration.ofSeconds(4);
    private static final int SHOWN = 10;

    private Chaos() {}

    /** A run that once failed: its seed, and those of its faults that it took. */
    record Kept(long seed, List<Nemesis> nemeses) {
        private static Kept of(String line) {
            String[] parts = line.split(" ", 3);
            return new Kept(
                    Long.parseLong(parts[0]),
                    Arrays.stream(parts[1].split(",", -1)).map(Nemesis::titled).toList());
        }
    }

    /** Those that are run first for ever. */
    static Stream<Kept> kept() {
        try (InputStream file = Objects.requireNonNull(Chaos.class.getResourceAsStream("/chaos-seeds.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(Kept::of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The seed that was asked for, or one that was not used before. */
    static long seed() {
        return Long.getLong("chaos.seed", System.nanoTime() & Integer.MAX_VALUE);
    }

    /** How long to harm it: as it was asked for, or that. */
    static Duration time(Duration ordinary) {
        return Duration.ofSeconds(Long.getLong("chaos.seconds", ordinary.toSeconds()));
    }

    /** Harms the cluster for that long, in each of these ways at least once, and fails if a promise was broken. */
    static void run(TestCluster cluster, List<Nemesis> nemeses, Duration time, long seed) throws IOException {
        LOG.info("chaos seed={}", seed);
        ChaosRun run = new ChaosRun(cluster, seed);
        run.start();
        List<RawNode> nodes = Arrays.stream(cluster.network().endpoints())
                .map(endpoint -> cluster.closedWithCluster(RawNode.at(endpoint)))
                .toList();
        holdLeases(run, nodes, seed);
        list(run, nodes);
        List<Violation> violations = new ArrayList<>();
        try {
            run.harm(nemeses, time);
            violations.addAll(run.judge(Machine.isFitForTiming() ? LEASE_GRACE : LEASE_GRACE.multipliedBy(3)));
        } finally {
            report(run, seed, violations);
        }
        assertThat(violations.stream().limit(SHOWN))
                .as(
                        "%s, see %s",
                        run.summary(violations),
                        REPORTS.resolve(Long.toString(seed)).toAbsolutePath())
                .isEmpty();
    }

    /** Straight to each node, so that a leader that wakes up finds questions that were asked while it slept. */
    private static void list(ChaosRun run, List<RawNode> nodes) {
        for (int i = 0; i < nodes.size() * LISTERS_PER_NODE; i++) {
            Lister lister =
                    new Lister("lister-" + i, run.services().get(0), nodes.get(i % nodes.size()), run.history());
            run.crew().add("lister-" + i, Duration.ofMillis(20), lister::list);
        }
    }

    private static void holdLeases(ChaosRun run, List<RawNode> nodes, long seed) {
        for (int i = 0; i < LEASE_HOLDERS; i++) {
            LeaseHolders holder =
                    new LeaseHolders(run.named("lease-" + i), nodes, run.history(), run.crew(), new Random(seed + i));
            run.crew().add("lease-" + i, Duration.ofMillis(20), holder::live);
        }
    }

    private static void report(ChaosRun run, long seed, List<Violation> violations) throws IOException {
        String summary = run.summary(violations);
        System.out.println(summary);
        Path folder = Files.createDirectories(REPORTS.resolve(Long.toString(seed)));
        List<Timeline.Mark> marks = violations.stream()
                .map(violation -> new Timeline.Mark(
                        violation.where(), violation.at(), violation.promise().title() + ": " + violation.text()))
                .toList();
        Files.writeString(folder.resolve("timeline.html"), Timeline.html(summary, run.history(), marks));
        Files.writeString(
                folder.resolve("history.txt"),
                run.history().operations().stream()
                        .map(operation -> operation.invoked() + " " + operation.returned() + " " + operation + "\n")
                        .collect(Collectors.joining()));
        Files.writeString(folder.resolve("summary.txt"), summary + "\n");
    }
}
