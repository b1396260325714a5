// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class QuorumContactTest {
    private static final RaftPeerId SELF = RaftPeerId.valueOf("n1");
    private static final RaftPeerId TWO = RaftPeerId.valueOf("n2");
    private static final RaftPeerId THREE = RaftPeerId.valueOf("n3");
    private static final long TERM = 5;

    private final RuntimeException notLeading = new RuntimeException("does not lead");
    private Configuration configuration = new Configuration(List.of("n1", "n2", "n3"), List.of());
    private long nanos;
    private QuorumContact contact;

    @BeforeEach
    void lead() {
        contact = new QuorumContact(SELF, () -> configuration, () -> nanos, notLeading);
        contact.begin(TERM);
    }

    @Test
    void barrierEndsWhenAMajorityConfirmedARequestMadeAfterItBegan() {
        CompletableFuture<Void> barrier = contact.barrier();
        assertThat(barrier).isNotDone();
        reply(TWO, request(), AppendResult.SUCCESS, TERM);
        assertThat(barrier).isCompleted();
    }

    @Test
    void replyToAnEarlierRequestConfirmsNothing() {
        QuorumContact.Ticket early = request();
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, early, AppendResult.SUCCESS, TERM);
        assertThat(barrier).isNotDone();
    }

    @Test
    void notLeaderReplyConfirmsNothing() {
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, request(), AppendResult.NOT_LEADER, TERM);
        assertThat(barrier).isNotDone();
    }

    @Test
    void replyOfAnotherTermConfirmsNothing() {
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, request(), AppendResult.SUCCESS, TERM + 1);
        assertThat(barrier).isNotDone();
    }

    @Test
    void inconsistencyReplyConfirmsBecauseTheFollowerStillFollows() {
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, request(), AppendResult.INCONSISTENCY, TERM);
        assertThat(barrier).isCompleted();
    }

    @Test
    void jointConfigurationNeedsBothMajorities() {
        configuration = new Configuration(List.of("n1", "n2", "n4"), List.of("n1", "n3", "n5"));
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, request(), AppendResult.SUCCESS, TERM);
        assertThat(barrier).isNotDone();
        reply(THREE, request(), AppendResult.SUCCESS, TERM);
        assertThat(barrier).isCompleted();
    }

    @Test
    void endOfLeadershipFailsWhoeverWaitsAndWhoeverComes() {
        CompletableFuture<Void> waiting = contact.barrier();
        contact.end(notLeading);
        assertThat(waiting).isCompletedExceptionally();
        assertThat(contact.barrier()).isCompletedExceptionally();
    }

    @Test
    void requestOfAnEndedTermConfirmsNothingInTheNext() {
        QuorumContact.Ticket old = request();
        contact.end(notLeading);
        contact.begin(TERM + 1);
        CompletableFuture<Void> barrier = contact.barrier();
        reply(TWO, old, AppendResult.SUCCESS, TERM);
        assertThat(barrier).isNotDone();
    }

    @Test
    void singleNodeIsItsOwnMajority() {
        configuration = new Configuration(List.of("n1"), List.of());
        assertThat(contact.barrier()).isCompleted();
        nanos += Duration.ofSeconds(10).toNanos();
        assertThat(contact.silentNanos()).isZero();
    }

    @Test
    void silenceIsCountedFromTheLastRequestThatAMajorityConfirmed() {
        nanos = 100;
        QuorumContact.Ticket sent = request();
        nanos = 1_000;
        reply(TWO, sent, AppendResult.SUCCESS, TERM);
        nanos = 1_500;
        assertThat(contact.silentNanos()).isEqualTo(1_400);
        QuorumContact.Ticket refused = request();
        reply(THREE, refused, AppendResult.NOT_LEADER, TERM);
        assertThat(contact.silentNanos()).isEqualTo(1_400);
    }

    @Test
    void silenceIsCountedFromTheBeginOfTheTermWhenNobodyAnswered() {
        nanos = 700;
        assertThat(contact.silentNanos()).isEqualTo(700);
    }

    private QuorumContact.Ticket request() {
        return contact.ticket();
    }

    private void reply(RaftPeerId follower, QuorumContact.Ticket request, AppendResult result, long term) {
        contact.replied(
                follower,
                request,
                TERM,
                AppendEntriesReplyProto.newBuilder()
                        .setResult(result)
                        .setTerm(term)
                        .build());
    }

    private record Configuration(List<String> current, List<String> previous) implements RaftConfiguration {
        @Override
        public RaftPeer getPeer(RaftPeerId id, RaftPeerRole... roles) {
            return peer(id.toString());
        }

        @Override
        public Collection<RaftPeer> getAllPeers(RaftPeerRole role) {
            return Stream.concat(current.stream(), previous.stream())
                    .distinct()
                    .map(Configuration::peer)
                    .toList();
        }

        @Override
        public Collection<RaftPeer> getCurrentPeers(RaftPeerRole roles) {
            return current.stream().map(Configuration::peer).toList();
        }

        @Override
        public Collection<RaftPeer> getPreviousPeers(RaftPeerRole roles) {
            return previous.stream().map(Configuration::peer).toList();
        }

        @Override
        public long getLogEntryIndex() {
            return 0;
        }

        private static RaftPeer peer(String id) {
            return RaftPeer.newBuilder().setId(id).build();
        }
    }
}
