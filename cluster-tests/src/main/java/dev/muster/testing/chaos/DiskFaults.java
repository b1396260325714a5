// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import static org.awaitility.Awaitility.await;

import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.FaultyDisk;
import dev.muster.testing.LogFiles;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** What may become of the files of a node that fell. Stateless. */
final class DiskFaults {
    private static final int LOG_IO = 74;
    private static final int DATA_UNUSABLE = 77;
    private static final int SET_ASIDE = 79;
    private static final Duration NOTICED = Duration.ofSeconds(30);
    private static final Duration SLOW = Duration.ofMillis(300);

    private DiskFaults() {}

    /** Its disk is gone; it comes back with an empty one. */
    static Nemesis.Strike wipe(TestNode node) {
        String before = node.status().storageId();
        node.kill();
        node.wipe();
        return Nemesis.struck(node.name(), () -> {
            Nemesis.require(!Files.exists(node.data().resolve("identity")), node + " has no data");
            return "lost disk " + before;
        });
    }

    /** It is down until its leader has purged what it would need next: only a snapshot brings it back. */
    static Nemesis.Strike outrun(TestCluster cluster, TestNode node) {
        node.kill();
        long next = LogFiles.of(node).last() + 1;
        return Nemesis.struck(node.name(), () -> {
            LogFiles.awaitGone(cluster, next);
            return "needs a snapshot, entry " + next + " is gone";
        });
    }

    /** It hears nobody until its leader has purged what it would need next: only a snapshot brings it back. */
    static Nemesis.Strike strand(TestCluster cluster, TestNode node) {
        cluster.network().isolate(node);
        long next = LogFiles.of(node).last() + 1;
        return Nemesis.struck(node.name(), () -> {
            LogFiles.awaitGone(cluster, next);
            return "needs a snapshot, entry " + next + " is gone";
        });
    }

    /** The last entry was half written when it fell. It has to be cut. */
    static Nemesis.Strike tearTail(TestNode node) {
        killWhileItWrites(node);
        int before = mentions(node);
        DataFiles.tearTail(node);
        node.restart();
        return Nemesis.struck(node.name(), () -> {
            Nemesis.require(mentions(node) > before, node + " cut a half-written entry");
            return "cut half an entry";
        });
    }

    /** One bit of one file is another one when it starts again: it refuses, or goes on with what is right. */
    static Nemesis.Strike flipBit(TestNode node, Random random) {
        node.kill();
        List<Path> files = DataFiles.of(node);
        Path file = files.get(random.nextInt(files.size()));
        long bit = (long) (random.nextDouble() * Math.max(1, DataFiles.dataIn(file)) * Byte.SIZE);
        DataFiles.flip(file, bit);
        String where = "bit " + bit + " of " + node.data().relativize(file);
        boolean serves = servesOrRefuses(node, where);
        return Nemesis.struck(node.name(), () -> where + (serves ? ": not harmed by it" : ": refused"));
    }

    /** A file that it may not lose is empty when it starts again: it refuses. */
    static Nemesis.Strike lose(TestNode node, Function<TestNode, Path> which) {
        killWhileItWrites(node);
        Path file = which.apply(node);
        DataFiles.change(file, content -> content.truncate(0));
        String where = node.data().relativize(file).toString();
        boolean serves = servesOrRefuses(node, where);
        return Nemesis.struck(node.name(), () -> {
            Nemesis.require(!serves, node + " refused to serve without " + where);
            return where + " was empty: refused";
        });
    }

    /** They lose power at once, and what is not durable. */
    static Nemesis.Strike losePower(List<TestNode> nodes) {
        long before = bytesLost(nodes);
        nodes.forEach(node -> disk(node).losePower());
        nodes.parallelStream().forEach(TestNode::kill);
        return Nemesis.struck(
                String.join(",", nodes.stream().map(TestNode::name).toList()), () -> {
                    nodes.forEach(node -> Nemesis.require(!node.isUp(), node + " is down"));
                    return "lost power and " + (bytesLost(nodes) - before) + " bytes";
                });
    }

    /** One fsync of its log fails: it ends, and does not try again. */
    static Nemesis.Strike failFsync(TestNode node) {
        node.harm(() -> {});
        disk(node).failOneFsync("/log_");
        return Nemesis.struck(node.name(), () -> endsFor(node, "one fsync failed"));
    }

    /** Nothing grows on its disk: it ends, and is back when there is room, if need be with an empty folder. */
    static Nemesis.Strike fill(TestNode node) {
        node.harm(() -> {});
        disk(node).fill();
        return Nemesis.struck(node.name(), () -> {
            String ended = endsFor(node, "its disk was full");
            disk(node).repair();
            return ended + (servesOrRefuses(node, "full disk") ? "" : ", lost its votes and begins anew");
        });
    }

    /** Its disk is slow. */
    static Nemesis.Strike slow(TestNode node) {
        long before = disk(node).repair().fsyncsDelayed();
        disk(node).delayFsyncs(SLOW);
        return Nemesis.struck(node.name(), () -> {
            long delayed = disk(node).repair().fsyncsDelayed() - before;
            Nemesis.require(delayed > 0, "fsyncs took longer");
            return delayed + " fsyncs took " + SLOW.toMillis() + " ms longer";
        });
    }

    /** One to which a snapshot was given, or that has just filled a file of its log, has none to append to for a while. */
    private static void killWhileItWrites(TestNode node) {
        node.kill();
        while (!DataFiles.hasOpenSegment(node)) {
            node.restart();
            await(node + " appends").until(() -> DataFiles.hasOpenSegment(node));
            node.kill();
        }
    }

    private static String endsFor(TestNode node, String why) {
        int code = node.awaitExit(NOTICED).code();
        Nemesis.require(code == LOG_IO, "exit code " + LOG_IO + " and not " + code);
        return "ended with " + code + ", " + why;
    }

    /** Starts it; one that refuses its data gets an empty disk, unless it sets them aside by itself. */
    private static boolean servesOrRefuses(TestNode node, String where) {
        node.harm(() -> {});
        node.start();
        Optional<Exit> refused = node.awaitReadyOrExit();
        refused.filter(exit -> exit.code() != SET_ASIDE).ifPresent(exit -> {
            Nemesis.require(
                    exit.code() == DATA_UNUSABLE,
                    "exit code " + DATA_UNUSABLE + " or " + SET_ASIDE + " and not " + exit.code() + ", " + where);
            node.wipe();
        });
        return refused.isEmpty();
    }

    private static FaultyDisk disk(TestNode node) {
        return node.disk().orElseThrow();
    }

    private static long bytesLost(List<TestNode> nodes) {
        return nodes.stream().mapToLong(node -> disk(node).bytesLost("")).sum();
    }

    private static int mentions(TestNode node) {
        return node.logged().split("half-written", -1).length;
    }
}
