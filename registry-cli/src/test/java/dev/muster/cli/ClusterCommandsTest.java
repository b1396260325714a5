// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Member;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.NodeAnswer;
import dev.muster.client.StateHash;
import dev.muster.client.TakenSnapshot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterCommandsTest {
    @TempDir
    Path folder;

    private final Shell shell = new Shell();

    @Test
    void membersAreListedInEachFormat() {
        shell.muster.cluster.members.add(new Member("a", "s-1", "127.0.0.1:7440", "127.0.0.1:7441", true));
        shell.muster.cluster.members.add(new Member("b", "s-2", "127.0.0.1:7450", "127.0.0.1:7451", false));
        assertThat(shell.run("members", "ls").data()).isEqualTo("""
                NODE  ADDRESS         RAFT            STORAGE  LEADER
                a     127.0.0.1:7440  127.0.0.1:7441  s-1      yes
                b     127.0.0.1:7450  127.0.0.1:7451  s-2      no
                """);
        assertThat(shell.run("members", "ls", "-w", "simple").data())
                .startsWith("a\t127.0.0.1:7440\t127.0.0.1:7441\ts-1\tyes\n");
        shell.muster.cluster.members.remove(0);
        assertThat(shell.run("members", "ls", "-w", "json").data()).isEqualTo("""
                {
                  "members": [
                    {
                      "node": "b",
                      "address": "127.0.0.1:7450",
                      "raftAddress": "127.0.0.1:7451",
                      "storageId": "s-2",
                      "leader": false
                    }
                  ]
                }
                """);
    }

    @Test
    void folderOfADamagedNodeIsSetAside() throws IOException {
        threeMembersWithout("b");
        Path data = dataFolder("b", "c-1");
        Run run = rejoin("b", data);
        assertThat(run.exitCode()).as(run.talk()).isZero();
        assertThat(data).doesNotExist();
        assertThat(Path.of(run.data().strip())).isDirectory().hasParent(folder);
        assertThat(run.talk()).startsWith("next: start b;");
    }

    @Test
    void folderThatMayBeNeededStaysWhereItIs() throws IOException {
        threeMembersWithout("b");
        Path data = dataFolder("b", "c-1");
        assertStays("a runs: stop it first", "a", data);
        assertStays("NODE: z (expected: a member, one of [a, b, c])", "z", data);
        assertStays("expected: the data folder of node b of cluster c-1", "b", dataFolder("c", "c-1"));
        assertStays("expected: the data folder of node b of cluster c-1", "b", dataFolder("b", "c-2"));
        try (FileChannel running = FileChannel.open(data.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = running.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertStays("is used by a running process", "b", data);
        }
        shell.muster.cluster.status.set(2, FakeCluster.down(7460));
        assertStays("only 1 of 3 members serve without b (expected: 2)", "b", data);
    }

    private void assertStays(String why, String node, Path data) {
        Run run = rejoin(node, data);
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.talk()).contains(why);
        assertThat(data).isDirectory();
    }

    private Run rejoin(String node, Path data) {
        return shell.run("members", "rejoin", node, "--data", data.toString(), "-w", "simple");
    }

    private void threeMembersWithout(String silent) {
        List<String> nodes = List.of("a", "b", "c");
        for (String node : nodes) {
            int port = 7440 + 10 * nodes.indexOf(node);
            shell.muster.cluster.members.add(
                    new Member(node, "s-" + node, "127.0.0.1:" + port, "127.0.0.1:" + (port + 1), node.equals("a")));
            shell.muster.cluster.status.add(
                    node.equals(silent) ? FakeCluster.down(port) : FakeCluster.follower(node, port));
        }
    }

    private Path dataFolder(String node, String cluster) throws IOException {
        Path data = Files.createDirectory(folder.resolve(node + "-" + cluster));
        Files.writeString(data.resolve("identity"), "format=1\nnode=" + node + "\ncluster=" + cluster + "\n");
        Files.createFile(data.resolve("lock"));
        return data;
    }

    @Test
    void newLeaderIsShownInEachFormat() {
        assertThat(shell.run("leader", "transfer").data()).isEqualTo("b leads\n");
        assertThat(shell.run("leader", "transfer", "c", "-w", "simple").data()).isEqualTo("c\n");
        assertThat(shell.run("leader", "transfer", "-w", "json").data()).isEqualTo("{\n  \"leader\": \"b\"\n}\n");
        assertThat(shell.muster.cluster.transfers).containsExactly("", "c", "");
    }

    @Test
    void snapshotsOfAllNodesAreTakenAndShownInEachFormat() {
        twoNodes();
        Run run = shell.run("snapshot", "take");
        assertThat(run.data()).isEqualTo("""
                NODE  ADDRESS         REVISION  INDEX  BYTES
                a     127.0.0.1:7440       812   1001   4096
                b     127.0.0.1:7450       812   1001   4096
                """);
        assertThat(run.talk()).isEqualTo("""
                taking a snapshot of a (127.0.0.1:7440)...
                taking a snapshot of b (127.0.0.1:7450)...
                """);
        assertThat(run.exitCode()).isZero();
        assertThat(shell.run("snapshot", "take", "-w", "simple").data())
                .isEqualTo("a\t127.0.0.1:7440\t812\t1001\t4096\t\nb\t127.0.0.1:7450\t812\t1001\t4096\t\n");
    }

    @Test
    void snapshotOfOneNodeIsTakenByNameOrAddress() {
        twoNodes();
        assertThat(shell.run("snapshot", "take", "--node", "b", "-w", "json").data())
                .isEqualTo("""
                        {
                          "snapshots": [
                            {
                              "endpoint": "127.0.0.1:7450",
                              "node": "b",
                              "answered": true,
                              "revision": 812,
                              "epochId": "00000000feedbeef",
                              "epochOrdinal": 1,
                              "index": 1001,
                              "bytes": 4096
                            }
                          ]
                        }
                        """);
        assertThat(shell.run("snapshot", "take", "--node", "127.0.0.1:7440", "-w", "simple")
                        .data())
                .startsWith("a\t")
                .hasLineCount(1);
        Run unknown = shell.run("snapshot", "take", "--node", "z");
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.talk())
                .isEqualTo("--node: z (expected: the name or the address of a node that 'muster status' shows)\n");
    }

    @Test
    void failedSnapshotDoesNotHideTheOthers() {
        twoNodes();
        shell.muster.cluster.snapshots.put(
                "127.0.0.1:7440",
                NodeAnswer.failed("127.0.0.1:7440", FakeMuster.refused(Reason.LIMIT, "127.0.0.1:7440: disk full")));
        Run run = shell.run("snapshot", "take");
        assertThat(run.data()).isEqualTo("""
                NODE  ADDRESS         REVISION  INDEX  BYTES  PROBLEM
                a     127.0.0.1:7440         -      -      -  disk full
                b     127.0.0.1:7450       812   1001   4096
                """);
        assertThat(run.talk()).contains("1 of 2 nodes took no snapshot");
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(shell.run("snapshot", "take", "--node", "a").exitCode()).isEqualTo(4);
    }

    @Test
    void hashesAreShownInEachFormat() {
        hashes(List.of(FakeCluster.hash("a", 7440, 812, 0xabcL), FakeCluster.hash("b", 7450, 812, 0xabcL)));
        Run run = shell.run("hash");
        assertThat(run.data()).isEqualTo("""
                NODE  ADDRESS         EPOCH  REVISION  HASH
                a     127.0.0.1:7440      1       812  0000000000000abc
                b     127.0.0.1:7450      1       812  0000000000000abc
                """);
        assertThat(run.talk()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(shell.run("hash", "-w", "simple").data())
                .startsWith("a\t127.0.0.1:7440\t1\t812\t0000000000000abc\t\n");
        shell.muster.cluster.hashes.clear();
        hashes(List.of(FakeCluster.hash("a", 7440, 812, -1)));
        assertThat(shell.run("hash", "-w", "json").data()).isEqualTo("""
                {
                  "verdict": "equal",
                  "nodes": [
                    {
                      "endpoint": "127.0.0.1:7440",
                      "answered": true,
                      "revision": 812,
                      "epochId": "00000000feedbeef",
                      "epochOrdinal": 1,
                      "node": "a",
                      "hash": "ffffffffffffffff"
                    }
                  ]
                }
                """);
    }

    @Test
    void nodesThatDifferAtOneRevisionAreNotHealthy() {
        hashes(List.of(
                FakeCluster.hash("a", 7440, 812, 1),
                FakeCluster.hash("b", 7450, 812, 2),
                FakeCluster.hash("c", 7460, 811, 3)));
        Run run = shell.run("hash", "--wait", "1m");
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.talk()).startsWith("nodes differ at the same revision: stop the one that differs");
        assertThat(shell.run("hash", "-w", "json").data()).contains("\"verdict\": \"different\"");
    }

    @Test
    void nodesAtDifferentRevisionsAreNotCompared() {
        hashes(List.of(
                FakeCluster.hash("a", 7440, 812, 1), FakeCluster.hash("b", 7450, 811, 2), FakeCluster.down(7460)));
        Run run = shell.run("hash");
        assertThat(run.exitCode()).isZero();
        assertThat(run.talk()).isEqualTo("not all nodes are at one revision: wait for them with --wait 10s\n");
        assertThat(run.data()).contains("connection refused");
    }

    @Test
    void waitingEndsWhenAllThatAnswerAreEqual() {
        hashes(List.of(
                FakeCluster.hash("a", 7440, 812, 1), FakeCluster.hash("b", 7450, 811, 2), FakeCluster.down(7460)));
        hashes(List.of(
                FakeCluster.hash("a", 7440, 812, 1), FakeCluster.hash("b", 7450, 812, 1), FakeCluster.down(7460)));
        Run run = shell.run("hash", "--wait", "20s");
        assertThat(run.exitCode()).isZero();
        assertThat(run.data()).doesNotContain("811");
    }

    @Test
    void waitingInVainIsNotHealthy() {
        hashes(List.of(FakeCluster.hash("a", 7440, 812, 1), FakeCluster.hash("b", 7450, 811, 2)));
        Run run = shell.run("hash", "--wait", "50ms");
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.talk()).isEqualTo("not all nodes are at one revision: see with 'muster status' who is behind\n");
    }

    @Test
    void nobodyThereHasNoHash() {
        hashes(List.of(FakeCluster.down(7440)));
        assertThat(shell.run("hash").exitCode()).isEqualTo(2);
    }

    private void hashes(List<NodeAnswer<StateHash>> answers) {
        shell.muster.cluster.hashes.add(answers);
    }

    private void twoNodes() {
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        shell.muster.cluster.status.add(FakeCluster.follower("b", 7450));
        for (int port : new int[] {7440, 7450}) {
            String endpoint = FakeCluster.address(port);
            shell.muster.cluster.snapshots.put(
                    endpoint, NodeAnswer.of(endpoint, new TakenSnapshot(FakeCluster.POSITION, 1_001, 4_096)));
        }
    }
}
