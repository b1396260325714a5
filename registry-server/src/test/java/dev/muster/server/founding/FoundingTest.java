// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.founding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class FoundingTest {
    private static final List<Peer> PEERS = List.of(
            new Peer("n1", "", "h1:2", "h1:1"), new Peer("n2", "", "h2:2", "h2:1"), new Peer("n3", "", "h3:2", "h3:1"));

    @TempDir
    Path root;

    private final Scripted others = new Scripted();
    private final List<String> talk = new ArrayList<>();
    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.open(root.resolve("n1"), "n1", "c", new Random(1));
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private Founding founding() {
        return new Founding(folder, PEERS, others, talk::add);
    }

    @Test
    void emptyPeersFoundTheSameClusterEachByItself() throws InterruptedException {
        try (DataFolder second = DataFolder.open(root.resolve("n2"), "n2", "c", new Random(2))) {
            String one = folder.identity().storageId();
            String two = second.identity().storageId();
            others.answers("h2:1", empty("n2", two));
            others.answers("h3:1", empty("n3", "s3"));
            Scripted seenByTwo = new Scripted();
            seenByTwo.answers("h1:1", empty("n1", one));
            seenByTwo.answers("h3:1", empty("n3", "s3"));

            Identity decidedByOne = founding().decide();
            Identity decidedByTwo = new Founding(second, PEERS, seenByTwo, talk::add).decide();

            assertThat(decidedByOne.phase()).isEqualTo(Identity.Phase.MEMBER);
            assertThat(decidedByTwo.clusterId())
                    .isEqualTo(decidedByOne.clusterId())
                    .isNotEmpty();
            assertThat(Founding.founders(decidedByTwo))
                    .isEqualTo(Founding.founders(decidedByOne))
                    .containsExactly(
                            new Peer("n1", one, "h1:2", "h1:1"),
                            new Peer("n2", two, "h2:2", "h2:1"),
                            new Peer("n3", "s3", "h3:2", "h3:1"));
        }
    }

    @Test
    void foundersWithTheSameBackupFoundAClusterWithIt() throws Exception {
        reopenWithBackup();
        assertThat(folder.backupId()).isNotEmpty();
        others.answers("h2:1", given(folder.backupId(), "n2"));
        others.answers("h3:1", given(folder.backupId(), "n3"));
        assertThat(founding().decide().phase()).isEqualTo(Identity.Phase.MEMBER);
    }

    @Test
    void foundersWithDifferentBackupsOrNoneFoundNothing() throws Exception {
        reopenWithBackup();
        for (String theirs : List.of("", "another")) {
            Scripted peers = new Scripted();
            peers.silent("h2:1", 1000);
            peers.answers("h3:1", given(theirs, "n3"));
            assertThatThrownBy(() -> new Founding(folder, PEERS, peers, talk::add).decide())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("node n3 was given " + (theirs.isEmpty() ? "no backup" : "another backup"))
                    .hasMessageContaining("restore the same backup into each of them");
        }
        assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.FORMATTED);
    }

    @Test
    void nodeWithABackupNeverJoinsAClusterThatRuns() throws Exception {
        reopenWithBackup();
        others.answers("h2:1", member("n2", "s2", "cluster", "n1", "old", "n2", "s2", "n3", "s3"));
        others.answers("h3:1", empty("n3", "s3"));
        assertThatThrownBy(() -> founding().decide())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("was given a backup to begin a new cluster with, but its peer n2 is a member");
        assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.FORMATTED);
    }

    private void reopenWithBackup() throws IOException {
        folder.close();
        Files.writeString(folder.backup(), "any bytes");
        open();
    }

    private static IdentifyResponse given(String backup, String node) {
        return empty(node, "s-" + node).toBuilder().setBackup(backup).build();
    }

    @Test
    void silentPeerIsWaitedFor() throws InterruptedException {
        others.answers("h2:1", empty("n2", "s2"));
        others.silent("h3:1", 3);
        others.answers("h3:1", empty("n3", "s3"));
        assertThat(founding().decide().phase()).isEqualTo(Identity.Phase.MEMBER);
        assertThat(others.asked.get("h3:1")).isEqualTo(4);
    }

    @Test
    void founderThatMissedTheFoundingTakesPart() throws InterruptedException {
        String mine = folder.identity().storageId();
        others.answers("h2:1", member("n2", "s2", "cluster", "n1", mine, "n2", "s2", "n3", "s3"));
        others.silent("h3:1", 1000);
        Identity decided = founding().decide();
        assertThat(decided.phase()).isEqualTo(Identity.Phase.MEMBER);
        assertThat(decided.clusterId()).isEqualTo("cluster");
        assertThat(Founding.founders(decided)).hasSize(3);
    }

    @Test
    void emptyDiskNeverTakesPartAsTheMemberOfItsName() throws InterruptedException {
        others.answers("h2:1", member("n2", "s2", "cluster", "n1", "old", "n2", "s2", "n3", "s3"));
        others.answers("h3:1", empty("n3", "s3"));
        Identity decided = founding().decide();
        assertThat(decided.phase()).isEqualTo(Identity.Phase.JOINING);
        assertThat(decided.clusterId()).isEqualTo("cluster");
    }

    @Test
    void peerThatFoundedButDoesNotKnowTheMembersYetDecidesNothing() throws InterruptedException {
        String mine = folder.identity().storageId();
        others.answers("h2:1", member("n2", "s2", "cluster"), 3);
        others.answers("h2:1", member("n2", "s2", "cluster", "n1", mine, "n2", "s2", "n3", "s3"));
        others.answers("h3:1", empty("n3", "s3"));
        assertThat(founding().decide().phase()).isEqualTo(Identity.Phase.MEMBER);
    }

    @Test
    void peerOfAnotherClusterIsRefused() {
        others.answers("h2:1", empty("n2", "s2").toBuilder().setClusterName("d").build());
        others.answers("h3:1", empty("n3", "s3"));
        assertThatThrownBy(() -> founding().decide())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to cluster d, this node to cluster c");
    }

    @Test
    void peerOfAnotherNameIsRefused() {
        others.answers("h2:1", empty("n7", "s2"));
        others.answers("h3:1", empty("n3", "s3"));
        assertThatThrownBy(() -> founding().decide())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is node n7, not n2");
    }

    @Test
    void joinFollowsTheLeaderThatARefusalNames() throws InterruptedException {
        folder.advance("cluster", Identity.Phase.JOINING, List.of());
        others.joins.put("h2:1", notLeader("h3:1"));
        others.joins.put("h3:1", CompletableFuture.completedFuture(null));
        founding().join();
        assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.MEMBER);
        assertThat(others.joined.getPeer().getStorageId())
                .isEqualTo(folder.identity().storageId());
    }

    private static CompletableFuture<Void> notLeader(String leader) {
        return CompletableFuture.failedFuture(new ReplicaException(Error.newBuilder()
                .setReason(Reason.REASON_NOT_LEADER)
                .setLeader(leader)
                .build()));
    }

    private static IdentifyResponse empty(String node, String storageId) {
        return IdentifyResponse.newBuilder()
                .setClusterName("c")
                .setNode(node)
                .setStorageId(storageId)
                .build();
    }

    private static IdentifyResponse member(String node, String storageId, String cluster, String... members) {
        IdentifyResponse.Builder answer = empty(node, storageId).toBuilder().setClusterId(cluster);
        for (int i = 0; i < members.length; i += 2) {
            String host = "h" + members[i].substring(1);
            answer.addMembers(dev.muster.internal.v1.Peer.newBuilder()
                    .setNode(members[i])
                    .setStorageId(members[i + 1])
                    .setRaftAddress(host + ":2")
                    .setClientAddress(host + ":1"));
        }
        return answer.build();
    }

    /** Other nodes that answer as written; the last answer stands. */
    private static final class Scripted implements Introductions {
        private final Map<String, ArrayDeque<CompletableFuture<IdentifyResponse>>> script = new HashMap<>();
        private final Map<String, Integer> asked = new HashMap<>();
        private final Map<String, CompletableFuture<Void>> joins = new HashMap<>();
        private JoinRequest joined = JoinRequest.getDefaultInstance();

        void answers(String address, IdentifyResponse answer) {
            answers(address, answer, 1);
        }

        void answers(String address, IdentifyResponse answer, int times) {
            for (int i = 0; i < times; i++) {
                queue(address).add(CompletableFuture.completedFuture(answer));
            }
        }

        void silent(String address, int times) {
            for (int i = 0; i < times; i++) {
                queue(address).add(CompletableFuture.failedFuture(new IllegalStateException("silent")));
            }
        }

        private ArrayDeque<CompletableFuture<IdentifyResponse>> queue(String address) {
            return script.computeIfAbsent(address, to -> new ArrayDeque<>());
        }

        @Override
        public CompletableFuture<IdentifyResponse> identify(String address, IdentifyRequest request) {
            asked.merge(address, 1, Integer::sum);
            ArrayDeque<CompletableFuture<IdentifyResponse>> queue = queue(address);
            return queue.size() > 1 ? queue.remove() : queue.element();
        }

        @Override
        public CompletableFuture<Void> join(String address, JoinRequest request) {
            joined = request;
            return joins.getOrDefault(address, CompletableFuture.failedFuture(new IllegalStateException("silent")));
        }
    }
}
