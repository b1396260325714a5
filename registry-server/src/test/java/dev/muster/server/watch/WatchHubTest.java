// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.core.Limits;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.key.ServiceName;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.ScriptedReplica;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.task.FakeLoop;
import dev.muster.v1.Instance;
import dev.muster.v1.Reason;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchHelloReply;
import dev.muster.v1.WatchResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class WatchHubTest {
    private static final Duration ROUND = Duration.ofMillis(10);

    private final SingleReplica real = Replicas.inline(settings -> settings.setMaxTombstones(4));
    private final ScriptedReplica replica = new ScriptedReplica(real);
    private final FakeLoop loop = new FakeLoop();
    private final Freshness freshness = new Freshness(
            replica,
            () -> CompletableFuture.failedFuture(ReplicaException.of(Reason.REASON_UNAVAILABLE, "scripted: no leader")),
            loop::nanos);
    private final WatchHub hub = WatchHub.start(replica, freshness, loop, "group-1");
    private final RecordingSink client = new RecordingSink();
    private final WatchStream stream = hub.open(client);

    @Test
    void aWatchBeginsWithTheWholeService() {
        Replicas.registered(replica, "orders", "a", 0);
        Replicas.registered(replica, "billing", "x", 0);

        subscribe(1, "orders", ByteString.EMPTY);

        assertThat(client.frames).hasSize(1);
        assertThat(client.last().getSnapshot().getReset()).isFalse();
        assertThat(client.last().getSnapshot().getHeader().getRevision())
                .isEqualTo(real.state().revision());
        assertInStep(1, "orders");
    }

    @Test
    void aChangeArrivesAsADelta() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);
        Replicas.registered(replica, "orders", "b", 0);
        Replicas.deregistered(replica, "orders", "a");
        loop.advance(ROUND);

        assertThat(client.last().getDelta().getChangedList())
                .extracting(instance -> instance.getKey().getId())
                .containsExactly("b");
        assertThat(client.last().getDelta().getRemovedList()).containsExactly("a");
        assertInStep(1, "orders");
    }

    @Test
    void changesOfOtherServicesSendNothing() {
        subscribe(1, "orders", ByteString.EMPTY);
        int before = client.frames.size();

        Replicas.registered(replica, "billing", "x", 0);
        loop.advance(ROUND);

        assertThat(client.frames).hasSize(before);
    }

    @Test
    void changesWaitForEachOtherOnlyWhereTheyComeFasterThanTheyCanBeTold() {
        Duration cost = Duration.ofMillis(20);
        subscribe(1, "orders", ByteString.EMPTY);
        client.whileSending = () -> loop.stall(cost);
        Replicas.registered(replica, "orders", "a", 0);
        loop.run();
        loop.advance(cost);

        Replicas.registered(replica, "orders", "b", 0);
        loop.run();
        assertInStep(1, "orders");

        Replicas.registered(replica, "orders", "c", 0);
        loop.advance(cost);
        assertInStep(1, "orders");
        int frames = client.frames.size();
        Replicas.registered(replica, "orders", "d", 0);
        loop.advance(cost);
        assertThat(client.frames).hasSize(frames);
        Replicas.registered(replica, "orders", "e", 0);
        loop.advance(cost.multipliedBy(3));
        assertThat(client.frames).hasSize(frames + 1);
        assertInStep(1, "orders");
    }

    @Test
    void aSlowReaderGetsOneLargerDeltaAndNoQueue() {
        subscribe(1, "orders", ByteString.EMPTY);
        client.ready = false;
        for (int i = 0; i < 50; i++) {
            Replicas.registered(replica, "orders", "i" + i, 0);
            loop.advance(ROUND);
        }
        assertThat(client.frames).hasSize(1);

        client.ready = true;
        stream.ready();
        loop.run();

        assertThat(client.frames).hasSize(2);
        assertThat(client.last().getDelta().getChangedCount()).isEqualTo(50);
        assertInStep(1, "orders");
    }

    @Test
    void aFrameThatLeavesLaterSaysThatItIsOlder() {
        RecordingSink other = new RecordingSink();
        subscribe(hub.open(other), 1, "orders", ByteString.EMPTY);
        subscribe(1, "orders", ByteString.EMPTY);
        client.ready = false;
        Replicas.registered(replica, "orders", "a", 0);
        loop.advance(Duration.ofMillis(2_500));
        Replicas.registered(replica, "orders", "b", 0);
        loop.advance(ROUND);
        loop.stall(Duration.ofMillis(400));

        client.ready = true;
        stream.ready();
        loop.run();

        assertThat(client.last().getDelta().getHeader().getAgeMillis())
                .isGreaterThanOrEqualTo(other.last().getDelta().getHeader().getAgeMillis() + 400);
    }

    @Test
    void aReaderThatSleptThroughACompactionStartsOver() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);
        client.ready = false;
        Replicas.deregistered(replica, "orders", "a");
        loop.advance(ROUND);
        evictTombstones();

        client.ready = true;
        stream.ready();
        loop.advance(ROUND);

        assertThat(client.last().getSnapshot().getReset()).isTrue();
        assertThat(client.copies.get(1L)).isEmpty();
    }

    @Test
    void aWatchOfAQuietServiceIsNotResetByCompaction() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);
        evictTombstones();
        Replicas.registered(replica, "orders", "b", 0);
        loop.advance(ROUND);

        assertThat(client.last().hasDelta()).isTrue();
        assertInStep(1, "orders");
    }

    @Test
    void aCopyGoesOnWhereItWas() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);
        ByteString token = client.token();
        Replicas.registered(replica, "orders", "b", 0);
        Replicas.deregistered(replica, "orders", "a");

        RecordingSink again = new RecordingSink();
        again.copies.put(7L, new TreeMap<>(client.copies.get(1L)));
        subscribe(hub.open(again), 7, "orders", token);

        assertThat(again.last().hasDelta()).isTrue();
        assertThat(again.copies.get(7L)).isEqualTo(listed("orders"));
    }

    @Test
    void aCopyThatIsInStepIsToldSo() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);

        RecordingSink again = new RecordingSink();
        subscribe(hub.open(again), 7, "orders", client.token());

        assertThat(again.last().getDelta().getChangedCount()).isZero();
        assertThat(again.last().getDelta().getHeader().getRevision())
                .isEqualTo(real.state().revision());
    }

    @Test
    void aCopyFromBelowTheCompactionStartsOver() {
        Replicas.registered(replica, "orders", "a", 0);
        subscribe(1, "orders", ByteString.EMPTY);
        ByteString token = client.token();
        Replicas.deregistered(replica, "orders", "a");
        evictTombstones();

        RecordingSink again = new RecordingSink();
        subscribe(hub.open(again), 7, "orders", token);

        assertThat(again.last().getSnapshot().getReset()).isTrue();
    }

    @Test
    void aCopyOfAnotherEpochStartsOver() {
        ByteString foreign = new ResumeToken(ResumeToken.history(Replicas.CLUSTER, "group-1"), Replicas.EPOCH + 1, 1, 1)
                .encode(name("orders"));

        subscribe(1, "orders", foreign);

        assertThat(client.last().getSnapshot().getReset()).isTrue();
    }

    @Test
    void aCopyThatIsAheadWaitsUntilTheNodeCatchesUp() {
        subscribe(1, "orders", ahead(1));
        loop.advance(Duration.ofSeconds(2));
        assertThat(client.frames).isEmpty();

        Replicas.registered(replica, "orders", "a", 0);
        loop.advance(ROUND);

        assertThat(client.last().hasDelta()).isTrue();
    }

    @Test
    void aCopyThatStaysAheadIsSentToAnotherNode() {
        subscribe(1, "orders", ahead(1_000));

        loop.advance(Duration.ofMillis(4_900));
        assertThat(client.frames).isEmpty();
        loop.advance(Duration.ofMillis(1_500));

        assertThat(client.frames.get(0).getError().getError().getReason()).isEqualTo(Reason.REASON_UNAVAILABLE);
    }

    @Test
    void aTokenThatWasChangedOrMadeForAnotherServiceIsRefused() {
        subscribe(1, "orders", ByteString.EMPTY);
        byte[] changed = client.token().toByteArray();
        changed[20]++;

        subscribe(2, "orders", ByteString.copyFrom(changed));
        assertThat(client.last().getError().getError().getReason()).isEqualTo(Reason.REASON_INVALID);
        subscribe(3, "billing", client.frames.get(0).getSnapshot().getResumeToken());
        assertThat(client.last().getError().getWatch()).isEqualTo(3);
        assertThat(client.last().getError().getError().getReason()).isEqualTo(Reason.REASON_INVALID);
    }

    @Test
    void aNumberMayBeUsedOnceAndTheirCountIsBounded() {
        subscribe(1, "orders", ByteString.EMPTY);
        subscribe(1, "billing", ByteString.EMPTY);
        assertThat(client.last().getError().getError().getReason()).isEqualTo(Reason.REASON_INVALID);

        for (long watch = 2; watch <= Limits.MAX_WATCHES_PER_STREAM + 1; watch++) {
            subscribe(watch, "orders", ByteString.EMPTY);
        }
        assertThat(client.last().getError().getError().getReason()).isEqualTo(Reason.REASON_LIMIT);
        assertThat(hub.watches()).isEqualTo(Limits.MAX_WATCHES_PER_STREAM);
    }

    @Test
    void anEndedWatchIsSilentAndForgotten() {
        subscribe(1, "orders", ByteString.EMPTY);
        stream.unsubscribe(1);
        Replicas.registered(replica, "orders", "a", 0);
        loop.advance(ROUND);

        assertThat(client.frames).hasSize(1);
        assertThat(hub.watches()).isZero();
    }

    @Test
    void progressComesEveryFewSecondsWithAnHonestAge() {
        subscribe(1, "orders", ByteString.EMPTY);
        Replicas.registered(replica, "billing", "x", 0);

        loop.advance(Duration.ofMillis(4_900));

        WatchResponse progress = client.last();
        assertThat(progress.getProgress().getHeader().getRevision())
                .isEqualTo(real.state().revision());
        assertThat(progress.getProgress().getHeader().getAgeMillis()).isBetween(0L, 1_500L);
    }

    @Test
    void progressTellsTheGrowingAgeOfANodeThatIsCutOff() {
        subscribe(1, "orders", ByteString.EMPTY);
        loop.advance(Duration.ofSeconds(4));
        real.loseLeadership("", "").join();

        loop.advance(Duration.ofSeconds(20));

        assertThat(client.last().getProgress().getHeader().getAgeMillis()).isGreaterThan(15_000);
    }

    @Test
    void noProgressIsClaimedWhileSomethingIsLeftToSend() {
        subscribe(1, "orders", ByteString.EMPTY);
        client.ready = false;
        Replicas.registered(replica, "orders", "a", 0);
        loop.advance(Duration.ofSeconds(10));
        assertThat(client.frames).hasSize(1);

        client.ready = true;
        loop.advance(Duration.ofMillis(4_900));

        assertThat(client.frames.get(1).hasDelta()).isTrue();
        assertThat(client.last().hasProgress()).isTrue();
    }

    @Test
    void aClientThatDoesNotReadIsNotAskedForMore() {
        client.ready = false;
        stream.greet(WatchResponse.newBuilder()
                .setHello(WatchHelloReply.getDefaultInstance())
                .build());
        loop.run();
        assertThat(client.taken).isZero();

        client.ready = true;
        stream.ready();
        loop.run();

        assertThat(client.taken).isEqualTo(1);
    }

    @Test
    void whoIsInStepSharesOneEncodedBody() {
        Topic topic = new Topic(name("orders"), real.state());
        Replicas.registered(replica, "orders", "a", 0);
        topic.advance(real.state());
        ServiceEntry service = Objects.requireNonNull(topic.service());

        assertThat(topic.deltaBody(service, 0)).isSameAs(topic.deltaBody(service, 0));
        assertThat(topic.snapshotBody()).isSameAs(topic.snapshotBody());
    }

    @Test
    void manyRandomChangesLeaveEveryCopyInStep() {
        Random random = new Random(7);
        RecordingSink slow = new RecordingSink();
        WatchStream slowStream = hub.open(slow);
        subscribe(1, "s0", ByteString.EMPTY);
        subscribe(2, "s1", ByteString.EMPTY);
        subscribe(slowStream, 1, "s0", ByteString.EMPTY);
        for (int i = 0; i < 2_000; i++) {
            String service = "s" + random.nextInt(3);
            String id = "i" + random.nextInt(6);
            if (random.nextBoolean()) {
                Replicas.registered(replica, service, id, 0);
            } else if (listed(service).containsKey(id)) {
                Replicas.deregistered(replica, service, id);
            }
            slow.ready = random.nextInt(10) == 0;
            if (random.nextInt(3) == 0) {
                loop.advance(ROUND);
            }
        }
        slow.ready = true;
        slowStream.ready();
        loop.advance(ROUND);

        assertInStep(1, "s0");
        assertInStep(2, "s1");
        assertThat(slow.copies.get(1L)).isEqualTo(listed("s0"));
        assertThat(loop.failures()).isEmpty();
    }

    @Test
    void aRoundThatThrewIsReportedAndTheNextOneCatchesUp() {
        subscribe(1, "orders", ByteString.EMPTY);
        Replicas.registered(replica, "orders", "a", 0);
        replica.throwNext(1);
        loop.run();
        assertThat(loop.failures()).hasSize(1);

        loop.advance(Duration.ofSeconds(2));

        assertInStep(1, "orders");
    }

    @Test
    void aStreamThatThrewEndsAloneAndIsReported() {
        RecordingSink other = new RecordingSink();
        WatchStream otherStream = hub.open(other);
        subscribe(1, "orders", ByteString.EMPTY);
        subscribe(otherStream, 1, "orders", ByteString.EMPTY);
        client.throwing = true;
        Replicas.registered(replica, "orders", "a", 0);
        loop.advance(ROUND);

        assertThat(Objects.requireNonNull(client.failure).getReason()).isEqualTo(Reason.REASON_INTERNAL);
        assertThat(loop.failures()).hasSize(1);
        assertThat(other.copies.get(1L)).isEqualTo(listed("orders"));
        assertThat(hub.watches()).isEqualTo(1);
    }

    private void subscribe(long watch, String service, ByteString token) {
        subscribe(stream, watch, service, token);
    }

    private void subscribe(WatchStream in, long watch, String service, ByteString token) {
        in.subscribe(Subscribe.newBuilder()
                .setWatch(watch)
                .setService(service)
                .setResumeToken(token)
                .build());
        loop.run();
    }

    private ByteString ahead(long revisions) {
        return new ResumeToken(
                        ResumeToken.history(Replicas.CLUSTER, "group-1"),
                        Replicas.EPOCH,
                        1,
                        real.state().revision() + revisions)
                .encode(name("orders"));
    }

    private void evictTombstones() {
        for (int i = 0; i < 5; i++) {
            Replicas.registered(replica, "noise", "i" + i, 0);
            Replicas.deregistered(replica, "noise", "i" + i);
        }
        loop.advance(ROUND);
    }

    private void assertInStep(long watch, String service) {
        assertThat(client.copies.get(watch)).isEqualTo(listed(service));
    }

    private Map<String, Instance> listed(String service) {
        Map<String, Instance> listed = new TreeMap<>();
        ServiceEntry entry = real.state().catalog().service("default", service);
        if (entry != null) {
            for (InstanceRecord instance : entry.instances()) {
                listed.put(instance.id(), instance.toInstance());
            }
        }
        return listed;
    }

    private static ServiceName name(String service) {
        return ServiceName.of("", service);
    }
}
