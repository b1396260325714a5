// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.LogFiles;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What may become of the files of a node that fell. Stateless. */
final class DiskFaults {
    private static final int DATA_UNUSABLE = 77;

    private DiskFaults() {}

    /** Its disk is gone; it comes back with an empty one. */
    static Nemesis.Strike wipe(TestNode node) {
        String before = node.status().storageId();
        node.kill();
        node.wipe();
        return Nemesis.struck(node.name(), () -> {
            Nemesis.require(!Files.exists(node.data()), node + " has no data");
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

    /** The last entry was half written when it fell. It has to be cut. */
    static Nemesis.Strike tearTail(TestNode node) {
        node.kill();
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
        node.harm(() -> {});
        node.start();
        Optional<Exit> refused = node.awaitReadyOrExit();
        refused.ifPresent(exit -> {
            Nemesis.require(
                    exit.code() == DATA_UNUSABLE,
                    "exit code " + DATA_UNUSABLE + " and not " + exit.code() + ", " + where);
            node.wipe();
        });
        return Nemesis.struck(node.name(), () -> where + (refused.isPresent() ? ": refused" : ": not harmed by it"));
    }

    private static int mentions(TestNode node) {
        return node.logged().split("half-written", -1).length;
    }
}
