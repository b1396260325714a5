// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Member;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.NodeAnswer;
import dev.muster.client.StateHash;
import dev.muster.client.TakenSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClusterCommandsTest {
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
