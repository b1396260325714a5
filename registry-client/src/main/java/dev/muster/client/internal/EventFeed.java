// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.client.EventStream;
import dev.muster.client.RegistryEvent;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.Event;
import dev.muster.v1.EventsGrpc;
import dev.muster.v1.Reason;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed of events from any one node, and from the next when that one fails or falls silent: each frame brings the token
 * with which another node goes on behind it, so nothing is missed and nothing comes twice. The next frame is asked for
 * when the listener has taken the one before; what it does not take stays in the registry. Confined to the loop, but for
 * what users call.
 */
final class EventFeed implements EventStream {
    /** After three missed frames: the stream is dead, whatever the connection says. */
    static final Duration SILENCE = Duration.ofSeconds(9);

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    private final TailEventsRequest wanted;
    private final Consumer<RegistryEvent> listener;
    private final Loop loop;
    private final LeaderChannel channels;
    private final Executor callbacks;
    private final Backoff backoff;
    private final Consumer<EventFeed> whenOver;
    private final CompletableFuture<EventStream> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ByteString received;
    private volatile ByteString delivered;
    private @Nullable Stream stream;
    private Loop.@Nullable Timer retry;
    private boolean over;

    EventFeed(
            TailEventsRequest wanted,
            Consumer<RegistryEvent> listener,
            Loop loop,
            LeaderChannel channels,
            Executor callbacks,
            Backoff backoff,
            Consumer<EventFeed> whenOver) {
        this.wanted = wanted;
        this.listener = listener;
        this.loop = loop;
        this.channels = channels;
        this.callbacks = callbacks;
        this.backoff = backoff;
        this.whenOver = whenOver;
        this.received = wanted.getResumeToken();
        this.delivered = wanted.getResumeToken();
    }

    @Override
    public String token() {
        return EventWire.text(delivered);
    }

    @Override
    public CompletableFuture<EventStream> ready() {
        return ready.copy();
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    @Override
    public void close() {
        loop.execute(() -> finish(null));
    }

    // ---- on the loop ----------------------------------------------------------------------------------------------

    void start() {
        if (!over) {
            retry = null;
            Stream next = new Stream(channels.any());
            stream = next;
            next.open();
        }
    }

    /** Ends the feed; with a failure when it cannot go on. */
    void finish(@Nullable RuntimeException why) {
        if (over) {
            return;
        }
        over = true;
        if (retry != null) {
            retry.cancel();
        }
        if (stream != null) {
            stream.end();
        }
        whenOver.accept(this);
        // Behind what is still being delivered.
        callbacks.execute(() -> {
            RuntimeException failure = why == null ? new IllegalStateException("the feed was closed") : why;
            ready.completeExceptionally(failure);
            if (why == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(why);
            }
        });
    }

    private void broken(Stream from, Broken broken) {
        if (over || from != stream) {
            return;
        }
        from.end();
        stream = null;
        LOG.debug("the feed of events from {} ended: {}", from.address, broken.error());
        if (broken.answered() && isFinal(broken.error().getReason())) {
            finish(Failures.exception(broken.error()));
            return;
        }
        if (broken.answered()) {
            channels.refused(from.address);
        } else {
            channels.failed(from.address);
        }
        retry = loop.schedule(backoff.next(), this::start);
    }

    /** No other node would say anything else. */
    private static boolean isFinal(Reason reason) {
        return reason == Reason.REASON_NOT_RETAINED
                || reason == Reason.REASON_INVALID
                || reason == Reason.REASON_WRONG_CLUSTER
                || reason == Reason.REASON_UNSUPPORTED;
    }

    /** On the thread of the listeners. */
    private void deliver(TailEventsResponse frame) {
        for (Event event : frame.getEventsList()) {
            try {
                listener.accept(EventWire.event(event));
            } catch (RuntimeException e) {
                LOG.warn("a listener of events failed at event {}; it is given the next one", event.getSequence(), e);
            }
        }
        delivered = frame.getResumeToken();
        ready.complete(this);
    }

    /** One stream from one node. */
    private final class Stream implements ClientResponseObserver<TailEventsRequest, TailEventsResponse> {
        private final String address;
        private @Nullable ClientCallStreamObserver<TailEventsRequest> call;
        private Loop.@Nullable Timer silence;
        private boolean left;

        Stream(String address) {
            this.address = address;
        }

        void open() {
            EventsGrpc.newStub(channels.channel(address))
                    .tail(wanted.toBuilder().setResumeToken(received).build(), this);
            expectNoise();
        }

        void end() {
            if (!left && call != null) {
                left = true;
                call.cancel("the feed goes on in another stream, or is closed", null);
            }
            if (silence != null) {
                silence.cancel();
            }
        }

        private void expectNoise() {
            if (silence != null) {
                silence.cancel();
            }
            silence = loop.schedule(
                    SILENCE,
                    () -> broken(
                            this,
                            new Broken(
                                    Failures.error(
                                            Reason.REASON_UNAVAILABLE,
                                            "nothing from " + address + " for " + SILENCE.toMillis() + " ms"),
                                    false,
                                    true)));
        }

        private void received(TailEventsResponse frame) {
            if (over || left) {
                return;
            }
            backoff.reset();
            received = frame.getResumeToken();
            if (silence != null) {
                silence.cancel();
            }
            callbacks.execute(() -> {
                deliver(frame);
                loop.execute(this::wantMore);
            });
        }

        /** The listener's own time does not count as silence. */
        private void wantMore() {
            if (!over && !left && call != null) {
                expectNoise();
                call.request(1);
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<TailEventsRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(TailEventsResponse frame) {
            loop.execute(() -> received(frame));
        }

        @Override
        public void onError(Throwable thrown) {
            loop.execute(() -> broken(this, Failures.broken(thrown)));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> broken(
                    this,
                    new Broken(Failures.error(Reason.REASON_UNAVAILABLE, address + " ended the feed"), true, true)));
        }
    }
}
