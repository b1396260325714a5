// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.EventLog;
import dev.muster.client.EventPair;
import dev.muster.client.EventQuery;
import dev.muster.client.EventStream;
import dev.muster.client.InstanceKey;
import dev.muster.client.RegistryEvent;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.EventsGrpc;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.TailEventsRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The event log by calls and feeds to any node, and by writes of the session. Safe for any thread. */
final class GrpcEventLog implements EventLog {
    private final Loop loop;
    private final LeaderChannel channels;
    private final UnaryCalls calls;
    private final Executor callbacks;
    private final RandomGenerator random;
    private final String namespace;
    private final Function<Request.Builder, CompletableFuture<Result>> session;
    private final Set<EventFeed> feeds = new LinkedHashSet<>();

    /** {@code namespace} is the client's own; {@code session} makes a write of it. */
    GrpcEventLog(
            Loop loop,
            LeaderChannel channels,
            UnaryCalls calls,
            Executor callbacks,
            RandomGenerator random,
            String namespace,
            Function<Request.Builder, CompletableFuture<Result>> session) {
        this.loop = loop;
        this.channels = channels;
        this.calls = calls;
        this.callbacks = callbacks;
        this.random = random;
        this.namespace = namespace;
        this.session = session;
    }

    @Override
    public Stream<RegistryEvent> list(EventQuery query) {
        return EventPages.stream(token ->
                Futures.await(calls.read(EventsGrpc.getListMethod(), EventWire.list(query, namespace, token)), loop));
    }

    @Override
    public EventStream tail(EventQuery query, Consumer<RegistryEvent> listener) {
        TailEventsRequest wanted = EventWire.tail(query, namespace);
        EventFeed feed = new EventFeed(
                wanted,
                listener,
                loop,
                channels,
                callbacks,
                new Backoff(random, channels.endpoints().size()),
                feeds::remove);
        loop.execute(() -> {
            feeds.add(feed);
            feed.start();
        });
        return feed;
    }

    @Override
    public long append(String kind, String text, Optional<InstanceKey> key) {
        return Futures.await(appendAsync(kind, text, key), loop);
    }

    @Override
    public CompletableFuture<Long> appendAsync(String kind, String text, Optional<InstanceKey> key) {
        return append(EventWire.append(kind, text, key, namespace));
    }

    @Override
    public long begin(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key) {
        return append(PairPart.PAIR_PART_BEFORE, pair, kind, text, key);
    }

    @Override
    public long end(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key) {
        return append(PairPart.PAIR_PART_AFTER, pair, kind, text, key);
    }

    private long append(PairPart part, EventPair.Name pair, String kind, String text, Optional<InstanceKey> key) {
        Pair wire = Pair.newBuilder()
                .setOwner(pair.owner())
                .setId(pair.id())
                .setPart(part)
                .build();
        return Futures.await(
                append(EventWire.append(kind, text, key, namespace).toBuilder()
                        .setPair(wire)
                        .build()),
                loop);
    }

    private CompletableFuture<Long> append(AppendEventRequest request) {
        return Futures.shown(
                session.apply(Request.newBuilder().setAppendEvent(request)),
                result -> result.getAppendEvent().getSequence());
    }

    /** Ends all feeds. On the loop. */
    void close() {
        List.copyOf(feeds).forEach(feed -> feed.finish(null));
    }
}
