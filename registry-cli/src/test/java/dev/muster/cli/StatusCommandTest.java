// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeRole;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StatusCommandTest {
    private final Shell shell = new Shell();

    @Test
    void healthyClusterIsShownAsATable() {
        threeNodes();
        Run run = shell.run("status");
        assertThat(run.data()).isEqualTo("""
                NODE  ADDRESS         ROLE      TERM  LEADER  READY  REVISION  APPLIED  COMMIT  SNAPSHOT  INSTANCES  LEASES  SESSIONS  HELD  UPTIME  VERSION
                a     127.0.0.1:7440  leader       3  a       yes         812     1001    1002       900          5       4         3     0    2h3m  0.1.0
                b     127.0.0.1:7450  follower     3  a       yes         812     1001    1002       900          5       4         3     0    2h3m  0.1.0
                c     127.0.0.1:7460  follower     3  a       yes         812     1001    1002       900          5       4         3     0    2h3m  0.1.0
                """);
        assertThat(run.talk()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(shell.muster.closed).isTrue();
    }

    @Test
    void simpleHasRawValuesAndAlwaysAllColumns() {
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        shell.muster.cluster.status.add(FakeCluster.down(7450));
        assertThat(shell.run("status", "-w", "simple").data()).isEqualTo("""
                        a|127.0.0.1:7440|leader|3|a|yes|812|1001|1002|900|5|4|3|0|7384000|0.1.0|
                        |127.0.0.1:7450|unreachable||||||||||||||connection refused
                        """.replace('|', '\t'));
    }

    @Test
    void jsonIsOneDocumentWithStableNames() {
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        shell.muster.cluster.status.add(FakeCluster.down(7450));
        Run run = shell.run("status", "-w", "json");
        assertThat(run.data()).isEqualTo("""
                {
                  "healthy": false,
                  "problems": [
                    "127.0.0.1:7450 does not answer: connection refused"
                  ],
                  "nodes": [
                    {
                      "endpoint": "127.0.0.1:7440",
                      "answered": true,
                      "revision": 812,
                      "epochId": "00000000feedbeef",
                      "epochOrdinal": 1,
                      "ageMillis": 12,
                      "clusterId": "c-1",
                      "node": "a",
                      "storageId": "s-a",
                      "role": "leader",
                      "term": 3,
                      "leader": "a",
                      "leaderAddress": "127.0.0.1:7440",
                      "ready": true,
                      "grey": "",
                      "diskMillis": 4,
                      "appliedIndex": 1001,
                      "commitIndex": 1002,
                      "snapshotIndex": 900,
                      "services": 2,
                      "instances": 5,
                      "leases": 4,
                      "sessions": 3,
                      "watches": 1,
                      "heldLeases": 0,
                      "uptimeMillis": 7384000,
                      "version": "0.1.0",
                      "featureLevel": 1
                    },
                    {
                      "endpoint": "127.0.0.1:7450",
                      "answered": false,
                      "reason": "UNAVAILABLE",
                      "problem": "connection refused"
                    }
                  ],
                  "backups": []
                }
                """);
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void foldersThatFollowAreShownWithTheirLag() {
        threeNodes();
        ServiceInstance folder = ServiceInstance.of(InstanceKey.of("muster", "backup", "vault-1"))
                .endpoint("file", "vault", 1)
                .metadata(Map.of("host", "vault", "folder", "/b", "revision", "810"));
        shell.muster.lookup = new LookupResult(
                FakeCluster.POSITION,
                Duration.ZERO,
                List.of(folder, folder.status(InstanceStatus.DOWN).metadata("revision", "no number")),
                true,
                0,
                0);

        assertThat(shell.run("status").talk()).isEqualTo("""
                backup in vault:/b: revision 810 is durable, 2 behind
                backup in vault:/b: revision 0 is durable, 812 behind, stale
                """);
        assertThat(shell.run("status", "-w", "json").data()).contains("""
                  "backups": [
                    {
                      "host": "vault",
                      "folder": "/b",
                      "revision": 810,
                      "behind": 2,
                      "stale": false
                    },
                """);
        shell.muster.refusal = FakeMuster.refused(MusterException.Reason.UNAVAILABLE, "gone");
        assertThat(shell.run("status").talk()).isEmpty();
    }

    @Test
    void deadNodeIsARowAndTheClusterIsNotHealthy() {
        threeNodes();
        shell.muster.cluster.status.set(2, FakeCluster.down(7460));
        Run run = shell.run("status");
        assertThat(run.data().lines()).hasSize(4);
        assertThat(run.data()).contains("VERSION  PROBLEM\n").endsWith("-        connection refused\n");
        assertThat(run.data()).contains("-     127.0.0.1:7460  unreachable     -  -       -             -");
        assertThat(run.talk()).isEqualTo("not healthy: 127.0.0.1:7460 does not answer: connection refused\n");
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void clusterWithoutLeaderIsShownAndNotHealthy() {
        shell.muster.cluster.status.add(
                NodeAnswer.of("127.0.0.1:7440", FakeCluster.status("a", NodeRole.CANDIDATE, "", false)));
        Run run = shell.run("status");
        assertThat(run.data()).contains("candidate");
        assertThat(run.talk()).isEqualTo("""
                not healthy: a does not serve (it is candidate and knows no leader)
                not healthy: no leader is known: writes wait until a majority of the nodes runs and is connected
                """);
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void greyNodeServesAndIsNotHealthy() {
        threeNodes();
        String why = "the disk of data has taken no write for 5 s";
        shell.muster.cluster.status.set(
                2, NodeAnswer.of("127.0.0.1:7460", FakeCluster.status("c-1", "c", NodeRole.FOLLOWER, "a", true, why)));
        Run run = shell.run("status");
        assertThat(run.data()).contains("grey");
        assertThat(run.talk()).isEqualTo("not healthy: c is grey: " + why + "\n");
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void endpointsOfTwoClustersAreNotHealthy() {
        threeNodes();
        shell.muster.cluster.status.set(
                0, NodeAnswer.of("127.0.0.1:7440", FakeCluster.status("other", "a", NodeRole.LEADER, "a", true)));
        Run run = shell.run("status");
        assertThat(run.talk())
                .isEqualTo("not healthy: the endpoints belong to different clusters: name the nodes of one\n");
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void nodeThatAnswersWithAFailureIsNotCalledUnreachable() {
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        shell.muster.cluster.status.add(NodeAnswer.failed(
                "127.0.0.1:7450", FakeMuster.refused(MusterException.Reason.UNSUPPORTED, "no such call")));
        assertThat(shell.run("status").data()).contains("failed").contains("no such call");
    }

    @Test
    void nobodyThereSaysWhatToDo() {
        shell.muster.cluster.status.add(FakeCluster.down(7440));
        shell.muster.cluster.status.add(FakeCluster.down(7450));
        Run run = shell.run("status", "--endpoints", "127.0.0.1:7440,127.0.0.1:7450");
        assertThat(run.data()).contains("unreachable");
        assertThat(run.talk())
                .isEqualTo("cannot reach any of 127.0.0.1:7440,127.0.0.1:7450: start a cluster with"
                        + " ./deploy/quickstart.sh or set MUSTER_ENDPOINTS\n");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    private void threeNodes() {
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        shell.muster.cluster.status.add(FakeCluster.follower("b", 7450));
        shell.muster.cluster.status.add(FakeCluster.follower("c", 7460));
    }
}
