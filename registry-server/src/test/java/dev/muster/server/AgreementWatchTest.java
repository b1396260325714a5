// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AgreementWatchTest {
    private static final String CLUSTER = "cluster";
    private static final long RIGHT = 0xa;
    private static final long WRONG = 0xb;
    private static final long ODD = 0xc;

    private final List<String> done = new ArrayList<>();
    private final List<Peer> members = new ArrayList<>(peers(3));
    private final List<Digest> own = new ArrayList<>();
    private final Map<String, CompletableFuture<FetchDigestsResponse>> answers = new HashMap<>();
    private int asked;
    private final AgreementWatch watch = new AgreementWatch(
            new Identity("n1", "s1", "c", CLUSTER, Identity.Phase.MEMBER, List.of()),
            new AgreementWatch.Node() {
                @Override
                public List<Peer> members() {
                    return members;
                }

                @Override
                public List<Digest> digests() {
                    return own;
                }

                @Override
                public CompletableFuture<FetchDigestsResponse> ask(Peer member) {
                    asked++;
                    return answers.getOrDefault(
                            member.node(), CompletableFuture.failedFuture(new IllegalStateException("silent")));
                }

                @Override
                public void report(String text) {
                    done.add(text);
                }

                @Override
                public void leave(String why) {
                    done.add("leave: " + why);
                }
            },
            Runnable::run);

    @Test
    void nothingIsSaidWhileAllAgree() {
        own(256, RIGHT, 300, RIGHT);
        answer("n2", 256, RIGHT, 299, ODD);
        answer("n3", 300, RIGHT);
        watch.look();
        assertThat(done).isEmpty();
    }

    @Test
    void nodeThatDiffersFromTheMajorityLeavesOnce() {
        own(256, RIGHT, 512, WRONG);
        answer("n2", 256, RIGHT, 512, RIGHT);
        answer("n3", 256, RIGHT, 512, RIGHT);
        watch.look();
        watch.look();
        assertThat(done)
                .containsExactly("leave: state differs: at index 512 of the log it is 000000000000000b on n1 and"
                        + " 000000000000000a on the majority, n2, n3; the node ends, and started again it joins with an"
                        + " empty data folder");
    }

    @Test
    void othersThatHaveGoneOnAreComparedWhereAllHaveBeen() {
        own(256, WRONG, 400, WRONG);
        answer("n2", 256, RIGHT, 512, RIGHT, 600, RIGHT);
        answer("n3", 256, RIGHT, 512, RIGHT, 601, RIGHT);
        watch.look();
        assertThat(done).singleElement().asString().startsWith("leave: state differs: at index 256 ");
    }

    @Test
    void majorityIsOneOfAllMembersAndNotOfThoseThatAnswer() {
        members.clear();
        members.addAll(peers(5));
        own(256, WRONG);
        answer("n2", 256, RIGHT);
        answer("n3", 256, RIGHT);
        watch.look();
        assertThat(done).containsExactlyInAnyOrder(differs("n2"), differs("n3"));

        answer("n4", 256, RIGHT);
        watch.look();
        assertThat(done).last().asString().startsWith("leave: ");
    }

    @Test
    void otherThatIsWrongIsReportedOnceForEachOfItsDisks() {
        own(256, RIGHT);
        answer("n2", 256, RIGHT);
        answer("n3", 256, WRONG);
        watch.look();
        watch.look();
        assertThat(done).containsExactly(differs("n3"));

        members.set(2, new Peer("n3", "s33", "n3:raft", "n3:client"));
        answers.put("n3", answered("n3", "s33", CLUSTER, 256, WRONG));
        watch.look();
        assertThat(done).containsExactly(differs("n3"), differs("n3"));
    }

    @Test
    void nobodyLeavesWhileTheOthersDoNotAgreeEither() {
        own(256, WRONG);
        answer("n2", 256, RIGHT);
        answer("n3", 256, ODD);
        watch.look();
        assertThat(done).containsExactlyInAnyOrder(differs("n2"), differs("n3"));
    }

    @Test
    void twoAgainstTwoIsReportedOnly() {
        members.clear();
        members.addAll(peers(4));
        own(256, WRONG);
        answer("n2", 256, WRONG);
        answer("n3", 256, RIGHT);
        answer("n4", 256, RIGHT);
        watch.look();
        watch.look();
        assertThat(done).containsExactlyInAnyOrder(differs("n3"), differs("n4"));
    }

    @Test
    void whatWasMendedIsNotHeldAgainstANode() {
        own(256, WRONG, 512, RIGHT);
        answer("n2", 256, RIGHT, 512, RIGHT);
        answer("n3", 256, RIGHT, 512, RIGHT);
        watch.look();
        assertThat(done).isEmpty();
    }

    @Test
    void answersOfOtherDisksAndClustersDoNotCount() {
        own(256, WRONG);
        answer("n2", 256, RIGHT);
        for (CompletableFuture<FetchDigestsResponse> stranger : List.of(
                answered("n3", "other", CLUSTER, 256, RIGHT),
                answered("n3", "s3", "other", 256, RIGHT),
                answered("n2", "s3", CLUSTER, 256, RIGHT))) {
            answers.put("n3", stranger);
            watch.look();
        }
        assertThat(done).containsExactly(differs("n2"));
    }

    @Test
    void nodeThatIsNoMemberComparesNothing() {
        members.set(0, new Peer("n1", "another disk", "n1:raft", "n1:client"));
        own(256, WRONG);
        answer("n2", 256, RIGHT);
        answer("n3", 256, RIGHT);
        watch.look();
        assertThat(done).isEmpty();
    }

    @Test
    void nobodyIsAskedAgainBeforeAllHaveAnswered() {
        own(256, WRONG);
        CompletableFuture<FetchDigestsResponse> late = new CompletableFuture<>();
        answers.put("n2", late);
        answer("n3", 256, RIGHT);
        watch.look();
        watch.look();
        assertThat(asked).isEqualTo(2);

        late.completeExceptionally(new IllegalStateException("silent"));
        assertThat(done).containsExactly(differs("n3"));
        watch.look();
        assertThat(asked).isEqualTo(4);
    }

    private void own(long... indexesAndHashes) {
        for (int i = 0; i < indexesAndHashes.length; i += 2) {
            own.add(new Digest(indexesAndHashes[i], indexesAndHashes[i + 1]));
        }
    }

    private void answer(String node, long... indexesAndHashes) {
        answers.put(node, answered(node, "s" + node.substring(1), CLUSTER, indexesAndHashes));
    }

    private static CompletableFuture<FetchDigestsResponse> answered(
            String node, String storageId, String clusterId, long... indexesAndHashes) {
        FetchDigestsResponse.Builder answer = FetchDigestsResponse.newBuilder()
                .setNode(node)
                .setStorageId(storageId)
                .setClusterId(clusterId);
        for (int i = 0; i < indexesAndHashes.length; i += 2) {
            answer.addDigests(dev.muster.internal.v1.Digest.newBuilder()
                    .setIndex(indexesAndHashes[i])
                    .setHash(indexesAndHashes[i + 1]));
        }
        return CompletableFuture.completedFuture(answer.build());
    }

    private static String differs(String other) {
        return "state of " + other + " differs from n1's at index 256";
    }

    private static List<Peer> peers(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> new Peer("n" + i, "s" + i, "n" + i + ":raft", "n" + i + ":client"))
                .toList();
    }
}
