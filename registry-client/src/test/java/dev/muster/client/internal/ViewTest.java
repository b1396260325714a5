// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.MusterException;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import dev.muster.v1.Reason;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchHello;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ViewTest {
    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();
    private final TestClient muster = new TestClient(node, other);

    @AfterEach
    void close() {
        muster.close();
        node.close();
        other.close();
    }

    @Test
    void firstListIsWaitedFor() {
        ServiceView view = muster.client.view("payments");
        assertThat(view.current()).isEmpty();
        assertThat(view.revision()).isZero();
        assertThat(view.age()).isEqualTo(ChronoUnit.FOREVER.getDuration());
        CompletableFuture<List<ServiceInstance>> instances = CompletableFuture.supplyAsync(view::instances);
        FakeWatch stream = node.nextWatch();
        stream.greet();
        Subscribe subscription = stream.subscription();
        assertThat(instances).isNotDone();
        stream.snapshot(subscription.getWatch(), 10, "a", "b");

        assertThat(done(instances)).extracting(ServiceInstance::id).containsExactly("a", "b");
        assertThat(subscription.getNamespace()).isEqualTo("default");
        assertThat(subscription.getResumeToken().isEmpty()).isTrue();
        assertThat(view.revision()).isEqualTo(10);
        assertThat(view.age()).isZero();
    }

    @Test
    void listThatDoesNotComeIsNoEmptyList() {
        ServiceView view = muster.client.view("payments");
        CompletableFuture<List<ServiceInstance>> instances = CompletableFuture.supplyAsync(view::instances);
        node.nextWatch();
        await().until(() -> {
            muster.loop.advance(TestClient.TIMEOUT);
            return instances.isDone();
        });

        assertThat(failure(instances).reason()).isEqualTo(MusterException.Reason.UNAVAILABLE);
    }

    @Test
    void deltasAreFollowed() {
        Fed fed = fed("a", "b");
        fed.stream.delta(fed.watch, 10, 12, List.of("c"), List.of("a"));

        await().until(() -> fed.view.revision() == 12);
        assertThat(ids(fed.view)).containsExactly("b", "c");
    }

    @Test
    void listenerHearsTheListAsItIsAndEachNewOne() {
        Fed fed = fed("a");
        Queue<ServiceSnapshot> heard = new ConcurrentLinkedQueue<>();
        Subscription subscription = fed.view.onChange(heard::add);
        await().until(() -> heard.size() == 1);
        fed.stream.delta(fed.watch, 10, 11, List.of("b"), List.of());
        await().until(() -> heard.size() == 2);
        subscription.close();
        fed.stream.delta(fed.watch, 11, 12, List.of("c"), List.of());
        await().until(() -> fed.view.revision() == 12);

        assertThat(heard).extracting(snapshot -> snapshot.position().revision()).containsExactly(10L, 11L);
    }

    @Test
    void viewGoesOnAtAnotherNodeWhereItStood() {
        Fed fed = fed("a");
        fed.stream.delta(fed.watch, 10, 12, List.of("b"), List.of());
        await().until(() -> fed.view.revision() == 12);
        node.kill();
        FakeWatch second = other.nextWatch();
        WatchHello hello = second.greet();
        Subscribe subscription = second.subscription();

        assertThat(hello.getClusterId()).isEqualTo(FakeWatch.CLUSTER);
        assertThat(subscription.getResumeToken()).isEqualTo(FakeWatch.token(12));
        assertThat(ids(fed.view)).containsExactly("a", "b");
        second.delta(subscription.getWatch(), 12, 15, List.of("c"), List.of());
        await().until(() -> fed.view.revision() == 15);
        assertThat(ids(fed.view)).containsExactly("a", "b", "c");
    }

    @Test
    void viewNeverGoesBackOnANodeThatLagsBehind() {
        Fed fed = fed("a");
        fed.stream.progress(20);
        await().until(() -> fed.view.revision() == 20);
        node.kill();
        FakeWatch second = other.nextWatch();
        second.greet();
        long watch = second.subscription().getWatch();
        second.snapshot(watch, 15, "old");
        second.delta(watch, 15, 18, List.of("older"), List.of("a"));
        second.progress(19);
        second.delta(watch, 18, 22, List.of("new"), List.of());
        await().until(() -> fed.view.revision() == 22);

        assertThat(ids(fed.view)).containsExactly("a", "new");
    }

    @Test
    void progressSpeaksOnlyOfWatchesThatHaveBegun() {
        Fed fed = fed("a");
        node.kill();
        FakeWatch second = other.nextWatch();
        second.greet();
        second.progress(30);
        long watch = second.subscription().getWatch();
        second.delta(watch, 10, 25, List.of("b"), List.of());
        await().until(() -> fed.view.revision() == 25);
        second.progress(30);

        await().until(() -> fed.view.revision() == 30);
        assertThat(ids(fed.view)).containsExactly("a", "b");
    }

    @Test
    void emptyDeltaIsEnoughToGoOn() {
        Fed fed = fed("a");
        node.kill();
        FakeWatch second = other.nextWatch();
        second.greet();
        second.delta(second.subscription().getWatch(), 10, 10, List.of(), List.of());
        second.progress(30);

        await().until(() -> fed.view.revision() == 30);
    }

    @Test
    void missingPieceIsFollowedByAskingForTheWholeList() {
        Fed fed = fed("a");
        fed.stream.delta(fed.watch, 12, 14, List.of("c"), List.of());
        Subscribe again = fed.stream.subscription();
        assertThat(FakeNode.take(fed.stream.unsubscribed, "unsubscription")).isEqualTo(fed.watch);
        assertThat(again.getResumeToken().isEmpty()).isTrue();
        assertThat(again.getWatch()).isNotEqualTo(fed.watch);
        assertThat(ids(fed.view)).containsExactly("a");
        fed.stream.delta(fed.watch, 14, 15, List.of("stray"), List.of());
        fed.stream.snapshot(again.getWatch(), 16, "b", "c");

        await().until(() -> fed.view.revision() == 16);
        assertThat(ids(fed.view)).containsExactly("b", "c");
    }

    @Test
    void nextEpochBeginsAnewEvenAtALowerRevision() {
        Fed fed = fed("a");
        node.kill();
        FakeWatch second = other.nextWatch().epoch(78, 2);
        second.greet();
        second.snapshot(second.subscription().getWatch(), 3, "restored");

        await().until(() -> fed.view.revision() == 3);
        assertThat(ids(fed.view)).containsExactly("restored");
        assertThat(fed.view.snapshot().position().epochOrdinal()).isEqualTo(2);
    }

    @Test
    void nodeStillInTheEpochBeforeIsNotFollowed() {
        Fed fed = fed("a");
        node.kill();
        FakeWatch second = other.nextWatch().epoch(70, 0);
        second.greet();
        long watch = second.subscription().getWatch();
        second.snapshot(watch, 500, "past");
        second.epoch(FakeWatch.EPOCH, 1).delta(watch, 10, 11, List.of("b"), List.of());

        await().until(() -> fed.view.revision() == 11);
        assertThat(ids(fed.view)).containsExactly("a", "b");
    }

    @Test
    void strangersClusterIsBelievedOnlyWhenAllNodesSaySo() {
        Fed fed = fed("a");
        fed.stream.fail(Reason.REASON_UNAVAILABLE);
        FakeWatch stranger = other.nextWatch();
        stranger.fail(Reason.REASON_WRONG_CLUSTER);
        FakeWatch back = node.nextWatch();
        assertThat(back.greet("c2").getClusterId()).isEqualTo(FakeWatch.CLUSTER);
        FakeWatch anew = other.nextWatch().epoch(5, 0);
        assertThat(anew.greet("c2").getClusterId()).isEmpty();
        Subscribe subscription = anew.subscription();
        assertThat(subscription.getResumeToken().isEmpty()).isTrue();
        assertThat(ids(fed.view)).containsExactly("a");
        anew.snapshot(subscription.getWatch(), 1, "new");

        await().until(() -> fed.view.revision() == 1);
        assertThat(ids(fed.view)).containsExactly("new");
    }

    @Test
    void silentStreamIsLeftAndTheListKeptWhileItsAgeGrows() {
        Fed fed = fed("a");
        Duration almost = WatchStream.SILENCE.minusSeconds(1);
        muster.loop.advance(almost);
        assertThat(fed.view.age()).isEqualTo(almost);
        assertThat(other.watches).isEmpty();
        muster.loop.advance(Duration.ofSeconds(1));
        FakeWatch second = other.nextWatch();
        done(fed.stream.ended);
        assertThat(ids(fed.view)).containsExactly("a");
        assertThat(fed.view.age()).isEqualTo(WatchStream.SILENCE);
        second.greet();
        second.delta(second.subscription().getWatch(), 10, 10, List.of(), List.of());

        await().until(() -> fed.view.age().isZero());
    }

    @Test
    void progressKeepsTheStreamAliveAndTheListYoung() {
        Fed fed = fed("a");
        for (int i = 1; i <= 4; i++) {
            muster.loop.advance(Duration.ofSeconds(5));
            fed.stream.progress(10 + i);
            int expected = 10 + i;
            await().until(() -> fed.view.revision() == expected);
        }

        assertThat(fed.view.age()).isZero();
        assertThat(other.watches).isEmpty();
    }

    @Test
    void ageIsWhatTheNodeSaysAndWhatPassedSince() {
        Fed fed = fed("a");
        muster.loop.advance(Duration.ofSeconds(5));
        fed.stream.age(2000).progress(11);
        await().until(() -> fed.view.revision() == 11);
        assertThat(fed.view.age()).isEqualTo(Duration.ofSeconds(2));
        fed.stream.age(-1).progress(12);
        await().until(() -> fed.view.revision() == 12);

        assertThat(fed.view.age()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void viewThatCannotBeIsRefused() {
        ServiceView view = muster.client.view("PAYMENTS");
        FakeWatch stream = node.nextWatch();
        stream.greet();
        stream.refuse(stream.subscription().getWatch(), Reason.REASON_INVALID);

        assertThat(failure(view.ready()).reason()).isEqualTo(MusterException.Reason.INVALID);
        assertThatThrownBy(view::instances).isInstanceOf(MusterException.class);
    }

    @Test
    void viewThatIsRefusedForNowIsAskedForAgainAfterAPause() {
        Fed fed = fed("a");
        ServiceView view = muster.client.view("refunds");
        fed.stream.refuse(fed.stream.subscription().getWatch(), Reason.REASON_LIMIT);
        fed.stream.progress(11);
        await().until(() -> fed.view.revision() == 11);
        assertThat(fed.stream.hasSubscription()).isFalse();

        muster.loop.advance(WatchStream.REFUSAL_PAUSE);
        fed.stream.snapshot(fed.stream.subscription().getWatch(), 12, "a");

        assertThat(done(view.ready())).isSameAs(view);
    }

    @Test
    void nodeThatCannotFeedAViewIsLeft() {
        Fed fed = fed("a");
        fed.stream.refuse(fed.watch, Reason.REASON_UNAVAILABLE);
        FakeWatch second = other.nextWatch();
        second.greet();

        assertThat(second.subscription().getResumeToken()).isEqualTo(FakeWatch.token(10));
    }

    @Test
    void viewsShareOneStreamAndTheLastOneEndsIt() {
        Fed fed = fed("a");
        ServiceView second = muster.client.view("prod", "orders");
        Subscribe subscription = fed.stream.subscription();
        assertThat(subscription.getNamespace()).isEqualTo("prod");
        fed.view.close();
        assertThat(FakeNode.take(fed.stream.unsubscribed, "unsubscription")).isEqualTo(fed.watch);
        assertThat(fed.stream.ended).isNotDone();
        second.close();

        done(fed.stream.ended);
        assertThat(ids(fed.view)).containsExactly("a");
    }

    @Test
    void nodesAreLeftInTurnUntilOneGreets() {
        node.kill();
        ServiceView view = muster.client.view("payments");
        FakeWatch mute = other.nextWatch();
        node.restart();
        muster.loop.advance(WatchStream.GREETING);
        done(mute.ended);
        FakeWatch stream = node.nextWatch();
        stream.greet();
        stream.snapshot(stream.subscription().getWatch(), 10, "a");

        assertThat(done(view.ready()).instances()).hasSize(1);
    }

    private record Fed(ServiceView view, FakeWatch stream, long watch) {}

    /** A view at revision 10. */
    private Fed fed(String... ids) {
        ServiceView view = muster.client.view("payments");
        FakeWatch stream = node.nextWatch();
        stream.greet();
        long watch = stream.subscription().getWatch();
        stream.snapshot(watch, 10, ids);
        done(view.ready());
        return new Fed(view, stream, watch);
    }

    private static List<String> ids(ServiceView view) {
        return view.instances().stream().map(ServiceInstance::id).toList();
    }
}
