// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.client.internal.ViewCopy.Step;
import dev.muster.v1.Error;
import dev.muster.v1.Header;
import dev.muster.v1.Reason;
import dev.muster.v1.Subscribe;
import dev.muster.v1.Unsubscribe;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchError;
import dev.muster.v1.WatchGrpc;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import dev.muster.v1.WatchSnapshot;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream that feeds all views of a client, from any one node. Confined to the loop.
 *
 * <p><b>Going on elsewhere.</b> When a stream ends or falls silent, the next one is opened at another node with each
 * view's token, and the views go on from there; meanwhile they keep what they have. A token is good at every node of the
 * cluster. A cluster that is another one than before is believed when all nodes say so, and then everything is new.
 *
 * <p><b>Who is covered by progress.</b> A progress frame speaks of the watches that the node knew when it sent it. A view
 * takes it only after its first frame of this stream, since what its own subscription will bring may still be under way.
 *
 * <p><b>Pace.</b> The next frame is asked for when the one before has been taken, so a client that falls behind gets
 * fewer and larger deltas instead of a growing queue.
 */
final class WatchStream {
    /** After three missed progress frames: the stream is dead, whatever the connection says. */
    static final Duration SILENCE = Duration.ofSeconds(9);
    /** For the connection and the first frame. */
    static final Duration GREETING = Duration.ofSeconds(3);

    /** A view for which a node has no room is asked for again after it: many may be in the same case. */
    static final Duration REFUSAL_PAUSE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);

    private final Loop loop;
    private final LeaderChannel channels;
    private final String clientName;
    private final Backoff backoff;
    private final Set<LiveView> views = new LinkedHashSet<>();

    private @Nullable Stream stream;
    private Loop.@Nullable Timer retry;
    private String clusterId = "";
    private int wrongClusters;
    /** How many streams in a row brought nothing. */
    private int failures;

    private boolean closed;

    WatchStream(Loop loop, LeaderChannel channels, String clientName, Backoff backoff) {
        this.loop = loop;
        this.channels = channels;
        this.clientName = clientName;
        this.backoff = backoff;
    }

    /** Feeds the view from now on. */
    void add(LiveView view) {
        if (closed) {
            view.fail(
                    new MusterException(MusterException.Reason.UNAVAILABLE, Fate.NOT_APPLIED, "the client is closed"));
        } else if (views.add(view)) {
            loop.schedule(GREETING, view::nobodyAnswers);
            if (nobodyAnswers()) {
                view.nobodyAnswers();
            }
            if (stream != null) {
                stream.subscribe(view);
            } else if (retry == null) {
                connect();
            }
        }
    }

    /** Feeds the view no more. */
    void remove(LiveView view) {
        if (views.remove(view)) {
            view.fail(new MusterException(MusterException.Reason.UNAVAILABLE, Fate.NOT_APPLIED, "the view was closed"));
            if (stream != null) {
                stream.unsubscribe(view);
            }
            if (views.isEmpty()) {
                rest();
            }
        }
    }

    /** Feeds nobody any more. */
    void close() {
        closed = true;
        List.copyOf(views).forEach(this::remove);
        rest();
    }

    private void rest() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        if (stream != null) {
            stream.end();
            stream = null;
        }
    }

    private void connect() {
        retry = null;
        Stream next = new Stream(channels.any());
        stream = next;
        next.open();
    }

    private void broken(Stream from, Broken broken) {
        if (from != stream) {
            return;
        }
        LOG.debug("the views' stream to {} ended: {}", from.address, broken.error());
        from.end();
        stream = null;
        if (broken.answered()) {
            channels.refused(from.address);
        } else {
            channels.failed(from.address);
        }
        if (broken.error().getReason() == Reason.REASON_WRONG_CLUSTER
                && ++wrongClusters >= channels.endpoints().size()) {
            forgetCluster();
        }
        failures++;
        if (nobodyAnswers()) {
            views.forEach(LiveView::nobodyAnswers);
        }
        retry = loop.schedule(backoff.next(), this::connect);
    }

    /** Whether every node was tried since one last brought something. */
    private boolean nobodyAnswers() {
        return failures >= channels.endpoints().size();
    }

    private void forgetCluster() {
        LOG.info("the views begin anew: no node knows cluster {} any more", clusterId);
        clusterId = "";
        wrongClusters = 0;
        views.forEach(view -> view.copy().takeAnything());
    }

    private void worked() {
        backoff.reset();
        wrongClusters = 0;
        failures = 0;
    }

    /** One stream to one node. */
    private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final String address;
        private final Map<Long, LiveView> byWatch = new HashMap<>();
        private final Map<LiveView, Long> watches = new LinkedHashMap<>();
        private final Set<LiveView> fed = new LinkedHashSet<>();
        private @Nullable ClientCallStreamObserver<WatchRequest> call;
        private long nextWatch = 1;
        private long heardNanos = loop.nanoTime();
        private boolean greeted;
        private boolean over;

        Stream(String address) {
            this.address = address;
        }

        void open() {
            WatchGrpc.newStub(channels.channel(address)).open(this);
            send(WatchRequest.newBuilder()
                    .setHello(WatchHello.newBuilder().setClientName(clientName).setClusterId(clusterId)));
            views.forEach(this::subscribe);
            loop.schedule(GREETING, this::expectGreeting);
            loop.schedule(SILENCE, this::expectNoise);
        }

        void subscribe(LiveView view) {
            long watch = nextWatch++;
            byWatch.put(watch, view);
            watches.put(view, watch);
            fed.remove(view);
            send(WatchRequest.newBuilder()
                    .setSubscribe(Subscribe.newBuilder()
                            .setWatch(watch)
                            .setNamespace(view.namespace())
                            .setService(view.service())
                            .setResumeToken(view.copy().token())));
        }

        void unsubscribe(LiveView view) {
            Long watch = watches.remove(view);
            fed.remove(view);
            if (watch != null) {
                byWatch.remove(watch);
                send(WatchRequest.newBuilder()
                        .setUnsubscribe(Unsubscribe.newBuilder().setWatch(watch)));
            }
        }

        void end() {
            if (!over && call != null) {
                over = true;
                call.cancel("the views go on in another stream, or are closed", null);
            }
        }

        private void send(WatchRequest.Builder request) {
            if (!over && call != null) {
                call.onNext(request.build());
            }
        }

        private void expectGreeting() {
            if (!over && !greeted) {
                silent(GREETING);
            }
        }

        private void expectNoise() {
            if (over) {
                return;
            }
            Duration left = SILENCE.minusNanos(loop.nanoTime() - heardNanos);
            if (left.isZero() || left.isNegative()) {
                silent(SILENCE);
            } else {
                loop.schedule(left, this::expectNoise);
            }
        }

        private void silent(Duration time) {
            Error error = Failures.error(
                    Reason.REASON_UNAVAILABLE, "nothing from " + address + " for " + time.toMillis() + " ms");
            broken(this, new Broken(error, false, true));
        }

        private void received(WatchResponse response) {
            if (over) {
                return;
            }
            heardNanos = loop.nanoTime();
            switch (response.getResponseCase()) {
                case HELLO -> greeted(response.getHello().getClusterId());
                case SNAPSHOT -> snapshot(response.getSnapshot());
                case DELTA -> delta(response.getDelta());
                case PROGRESS -> progress(response.getProgress().getHeader());
                case ERROR -> refused(response.getError());
                case RESPONSE_NOT_SET -> LOG.debug("{} sent a frame that this client does not know", address);
            }
            if (!over && call != null) {
                call.request(1);
            }
        }

        private void greeted(String cluster) {
            greeted = true;
            if (!clusterId.isEmpty() && !clusterId.equals(cluster)) {
                Error error = Failures.error(
                        Reason.REASON_WRONG_CLUSTER,
                        "cluster at " + address + ": " + cluster + " (expected: " + clusterId + ")");
                broken(this, new Broken(error, true, true));
                return;
            }
            clusterId = cluster;
        }

        private void snapshot(WatchSnapshot snapshot) {
            LiveView view = byWatch.get(snapshot.getWatch());
            if (view != null) {
                took(view, view.copy().snapshot(snapshot), snapshot.getHeader());
            }
        }

        private void delta(WatchDelta delta) {
            LiveView view = byWatch.get(delta.getWatch());
            if (view != null) {
                took(view, view.copy().delta(delta), delta.getHeader());
            }
        }

        private void progress(Header header) {
            for (LiveView view : fed) {
                took(view, view.copy().progress(header), header);
            }
        }

        private void took(LiveView view, Step step, Header header) {
            worked();
            if (step == Step.GAP) {
                unsubscribe(view);
                view.copy().dropToken();
                subscribe(view);
                return;
            }
            fed.add(view);
            if (step == Step.BEHIND) {
                LOG.debug("{} is behind the view of {}", address, view.service());
            } else {
                view.follow(step, header);
            }
        }

        private void refused(WatchError refusal) {
            LiveView view = byWatch.get(refusal.getWatch());
            Error error = refusal.getError();
            if (view == null || Failures.mayPass(error.getReason())) {
                // The node cannot feed this view now, and hardly the others; another one goes on where each stands.
                broken(this, new Broken(error, true, true));
                return;
            }
            watches.remove(view);
            byWatch.remove(refusal.getWatch());
            fed.remove(view);
            if (error.getReason() == Reason.REASON_INVALID || error.getReason() == Reason.REASON_UNSUPPORTED) {
                views.remove(view);
                view.fail(Failures.exception(error));
            } else {
                LOG.warn("{} does not feed the view of {} now: {}", address, view.service(), error.getMessage());
                loop.schedule(REFUSAL_PAUSE, () -> subscribeAgain(view));
            }
        }

        private void subscribeAgain(LiveView view) {
            if (!over && views.contains(view) && !watches.containsKey(view)) {
                subscribe(view);
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(WatchResponse response) {
            loop.execute(() -> received(response));
        }

        @Override
        public void onError(Throwable thrown) {
            loop.execute(() -> broken(this, Failures.broken(thrown)));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> broken(
                    this,
                    new Broken(Failures.error(Reason.REASON_UNAVAILABLE, address + " ended the stream"), true, true)));
        }
    }
}
