// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.EventRing;
import dev.muster.internal.v1.FetchEventsRequest;
import dev.muster.internal.v1.FetchEventsResponse;
import dev.muster.server.history.EventFiles.Range;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.task.Loop;
import dev.muster.v1.Event;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.Moment;
import dev.muster.v1.Reason;
import dev.muster.v1.TailEventsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The event log as this node can tell it: what the replicated ring still has, behind it this node's files, behind them
 * other nodes.
 *
 * <p>The files are a cache of (epoch, sequence) and no part of the replicated state: only the next event is appended, what
 * is there already is passed over, and what is missing is fetched from the ring or from another node. So all nodes give
 * the same event for a sequence, or none. They are written on a thread of their own; when the disk does not take them
 * the node goes on, says so, and tries again.
 *
 * <p>Thread-safe; nothing blocks. What is not said to be public runs on the loop.
 */
public final class EventHistory implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(500);
    private static final long STOP_MILLIS = 200;

    /** What is read at once: then other work of the loop has its turn. */
    static final int CHUNK_EVENTS = 256;

    static final int CHUNK_BYTES = 256 * 1024;
    private static final int FETCH_EVENTS = 1_000;
    /** Lists of the past that are worked on at once. */
    private static final int MOST_REWINDS = 8;

    /**
     * What a node is given for its event log.
     *
     * @param folder where the files are; none: there is the ring only
     * @param retention how much is kept in them
     * @param peers the way to other nodes
     * @param reports told of what an operator should know
     */
    public record Options(Optional<Path> folder, Retention retention, EventPeers peers, Consumer<String> reports) {
        /** Without files and other nodes. */
        public static Options inMemory() {
            return new Options(
                    Optional.empty(),
                    Retention.DEFAULT,
                    (address, request) -> CompletableFuture.failedFuture(
                            ReplicaException.of(Reason.REASON_UNAVAILABLE, "this node stands alone")),
                    text -> {});
        }
    }

    private final Replica replica;
    private final Options options;
    private final Loop loop;
    private final OtherNodes others;
    private final Backfill backfill;
    private final Inbox inbox = new Inbox();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Set<EventTail> tails = new LinkedHashSet<>();

    /** Whether somebody waits for each event; else it is early enough to write many at once. Set on the loop. */
    private volatile boolean followed;

    private @Nullable Epoch epoch;
    private @Nullable EventFiles files;
    /** The list of the past that was asked for last: its next page is likely to be next. */
    private @Nullable RegistryState rewound;

    private int rewinds;
    private boolean failing;

    private EventHistory(Replica replica, Options options, Loop loop) {
        this.replica = replica;
        this.options = options;
        this.loop = loop;
        this.others = new OtherNodes(replica, options.peers());
        this.backfill = new Backfill(others, options.retention(), loop, this::fill);
    }

    /** Keeps the log of this replica from now on, on this loop, which may do I/O here. */
    public static EventHistory start(Replica replica, Options options, Loop loop) {
        EventHistory history = new EventHistory(replica, options, loop);
        replica.addListener(new ReplicaListener() {
            @Override
            public void onEvents(List<EventRecord> events) {
                history.inbox.add(events);
            }

            @Override
            public void onApplied(RegistryState state) {
                if (history.followed || history.inbox.isLong()) {
                    history.wake();
                }
            }
        });
        history.inbox.addFirst(replica.state().events().from(1));
        history.wake();
        loop.every(TICK, history::tick);
        return history;
    }

    /** A page of events. The caller has checked the request, and waits until the state is as fresh as asked for. */
    public CompletableFuture<ListEventsResponse.Builder> list(ListEventsRequest request) {
        return onLoop(() -> new EventPage(this, epoch(), request).read());
    }

    /**
     * A state that shows the list as it was at the moment, and nothing else of then. The caller has checked the moment,
     * and waits until the state is as fresh as asked for. Fails with NOT_RETAINED when nobody keeps the events since.
     */
    public CompletableFuture<RegistryState> at(Moment moment) {
        return onLoop(() -> rewind(moment));
    }

    /** Feeds the sink until it is closed. The caller has checked the request. */
    public EventTail tail(TailEventsRequest request, TailSink sink) {
        EventTail tail = new EventTail(this, loop, sink);
        loop.execute(() -> {
            followed = true;
            if (tail.begin(request)) {
                tails.add(tail);
            }
            followed = !tails.isEmpty();
        });
        return tail;
    }

    /** What this node keeps itself, for another node. */
    public CompletableFuture<FetchEventsResponse> fetch(FetchEventsRequest request) {
        return onLoop(() -> CompletableFuture.completedFuture(answer(request)));
    }

    @Override
    public void close() {
        CompletableFuture<Void> ended = onLoop(() -> {
            List.copyOf(tails)
                    .forEach(tail -> tail.end(ReplicaException.of(
                                    Reason.REASON_UNAVAILABLE,
                                    "node " + replica.node() + " stops; go on at another one")
                            .error()));
            return CompletableFuture.completedFuture(null);
        });
        try {
            ended.get(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException anyway) {
            options.reports().accept("feeds of events were cut off at the end: " + anyway);
        }
    }

    private CompletableFuture<RegistryState> rewind(Moment moment) {
        Epoch now = epoch();
        RegistryState known = rewound;
        if (known != null && Epoch.of(known).equals(now) && known.revision() == moment.getRevision()) {
            return CompletableFuture.completedFuture(known);
        }
        if (rewinds == MOST_REWINDS) {
            throw ReplicaException.of(
                    Reason.REASON_UNAVAILABLE,
                    "node " + replica.node() + " works on " + MOST_REWINDS + " lists of the past already; try again");
        }
        CompletableFuture<RegistryState> list = new Rewind(this, loop, replica.state(), moment).run();
        rewinds++;
        return list.whenCompleteAsync(
                (state, failure) -> {
                    rewinds--;
                    rewound = state;
                },
                loop);
    }

    // ---- for the readers, on the loop -----------------------------------------------------------------------------

    RegistryState state() {
        return replica.state();
    }

    /** The history that is told. */
    Epoch epoch() {
        Epoch now = epoch;
        if (now == null || !Epoch.of(replica.state()).equals(now)) {
            catchUp();
            now = epoch;
        }
        if (now == null) {
            throw ReplicaException.of(
                    Reason.REASON_UNAVAILABLE, "node " + replica.node() + " has no part in a cluster yet; try again");
        }
        return now;
    }

    /** The newest event that the state of this node shows. */
    long newest() {
        return replica.state().events().lastSequence();
    }

    /** The oldest one that this node keeps; one above the newest when it keeps none. */
    long oldest() {
        long ring = replica.state().events().firstSequence();
        EventFiles kept = files;
        return kept == null || kept.first() == 0 ? ring : Math.min(kept.first(), ring);
    }

    /** Where to begin to look for events that are not older than this time. */
    long notAfter(long millis) {
        EventFiles kept = files;
        long inFiles = kept == null || millis == 0 ? 0 : kept.notAfter(millis);
        return inFiles == 0 ? oldest() : inFiles;
    }

    /**
     * Some events that begin with the first of the range, or, backwards, end with its last one: this node's, or else
     * another one's. Fails with NOT_RETAINED when nobody has it, with UNAVAILABLE when somebody may.
     */
    CompletableFuture<List<Event>> read(Range range, boolean backwards) {
        catchUp();
        List<Event> own = own(range, backwards, CHUNK_EVENTS);
        if (!own.isEmpty()) {
            return CompletableFuture.completedFuture(own);
        }
        long asked = backwards ? range.last() : range.first();
        String here = "this node keeps " + oldest() + " to " + newest();
        return others.ask(epoch(), range, backwards).thenApplyAsync(answer -> found(asked, here, answer), loop);
    }

    /** The feed is over. */
    void remove(EventTail tail) {
        tails.remove(tail);
        followed = !tails.isEmpty();
    }

    private static List<Event> found(long asked, String here, OtherNodes.Answer answer) {
        if (!answer.events().isEmpty()) {
            return answer.events();
        }
        if (!answer.complete()) {
            throw ReplicaException.of(
                    Reason.REASON_UNAVAILABLE,
                    "event " + asked + " is with none of the nodes that answered (" + here + answer.kept()
                            + "); try again when all run");
        }
        throw ReplicaException.of(
                Reason.REASON_NOT_RETAINED,
                "event " + asked + " is not kept any more (" + here + answer.kept() + "); begin with one that is");
    }

    // ---- the files, on the loop -----------------------------------------------------------------------------------

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                catchUp();
                List.copyOf(tails).forEach(EventTail::pump);
            });
        }
    }

    private void tick() {
        catchUp();
        EventFiles kept = files;
        if (kept != null && !failing && tried(() -> deleteOld(kept))) {
            fillGaps();
        }
        List.copyOf(tails).forEach(EventTail::tick);
    }

    private void deleteOld(EventFiles kept) throws IOException {
        if (kept.retain(replica.state().clockMillis())) {
            backfill.keepFrom(kept.first());
        }
    }

    private void fillGaps() {
        Epoch now = epoch;
        EventFiles kept = files;
        if (now != null && kept != null && !failing) {
            backfill.look(now, kept, replica.state().clockMillis());
        }
    }

    /** Writes what another node had. The ring does not have it, and that node's disk may be the next to be lost. */
    private void fill(List<Event> events) {
        EventFiles kept = files;
        List<EventRecord> records = events.stream().map(EventRecord::of).toList();
        boolean written = kept != null
                && tried(() -> {
                    kept.append(records);
                    kept.sync(1);
                });
        if (written) {
            fillGaps();
        }
    }

    /** Writes what happened since the last time. */
    private void catchUp() {
        RegistryState state = replica.state();
        if (state.clusterId().isEmpty()) {
            return;
        }
        Epoch now = Epoch.of(state);
        if (!now.equals(epoch)) {
            epoch = now;
            files = null;
        }
        List<List<EventRecord>> happened = inbox.take();
        boolean written = options.folder().isPresent()
                && tried(() -> write(options.folder().get(), now, state.events(), happened));
        if (written && failing) {
            failing = false;
            options.reports().accept("the files of events can be written again");
        }
    }

    private void write(Path folder, Epoch now, EventRing ring, List<List<EventRecord>> happened) throws IOException {
        EventFiles kept = files;
        if (kept == null) {
            kept = EventFiles.open(folder, now, options.retention(), options.reports());
            files = kept;
        }
        for (List<EventRecord> events : happened) {
            append(kept, ring, events);
        }
        append(kept, ring, List.of());
        // What power takes, the ring of the newest snapshot or the log behind that gives again: the ring has these.
        kept.sync(replica.state().settings().getMaxEvents() / 2);
    }

    /** What comes before the events, as far as the ring has it, and the events; for none, all that the ring has. */
    private static void append(EventFiles kept, EventRing ring, List<EventRecord> events) throws IOException {
        long end = events.isEmpty() ? ring.lastSequence() + 1 : events.get(0).sequence();
        List<EventRecord> missing = new ArrayList<>();
        if (kept.last() + 1 < end) {
            for (EventRecord event : ring.from(kept.last() + 1)) {
                if (event.sequence() < end) {
                    missing.add(event);
                }
            }
        }
        missing.addAll(events);
        kept.append(missing);
    }

    /** Without files, or when they cannot be written, the node goes on with what the ring and other nodes have. */
    private boolean tried(Access work) {
        try {
            work.run();
            return true;
        } catch (IOException failure) {
            if (!failing) {
                failing = true;
                options.reports()
                        .accept("the files of events cannot be written or read, only the newest are kept: " + failure);
            }
            return false;
        }
    }

    @FunctionalInterface
    private interface Access {
        void run() throws IOException;
    }

    // ---- what this node has itself, on the loop -------------------------------------------------------------------

    private FetchEventsResponse answer(FetchEventsRequest request) {
        Epoch now = epoch();
        if (!request.getClusterId().equals(now.clusterId()) || request.getEpochId() != now.id()) {
            throw Rejection.of(
                    Reason.REASON_WRONG_CLUSTER, "cluster_id, epoch_id: another history than this one, " + now);
        }
        if (request.getFirstSequence() < 1 || request.getLastSequence() < request.getFirstSequence()) {
            throw Rejection.invalid(
                    "first_sequence, last_sequence",
                    request.getFirstSequence() + ", " + request.getLastSequence(),
                    "a range of events");
        }
        catchUp();
        Range range = new Range(request.getFirstSequence(), request.getLastSequence());
        return FetchEventsResponse.newBuilder()
                .addAllEvents(own(range, request.getBackwards(), FETCH_EVENTS))
                .setOldestSequence(oldest())
                .setNewestSequence(newest())
                .setNextSequence(atOrAbove(range.first()))
                .build();
    }

    private long atOrAbove(long sequence) {
        EventRing ring = replica.state().events();
        long inRing = Math.max(sequence, ring.firstSequence());
        EventFiles kept = files;
        long inFiles = kept == null ? 0 : kept.atOrAbove(sequence);
        if (inRing > ring.lastSequence()) {
            return inFiles;
        }
        return inFiles == 0 ? inRing : Math.min(inFiles, inRing);
    }

    private List<Event> own(Range asked, boolean backwards, int most) {
        EventRing ring = replica.state().events();
        long last = backwards ? asked.last() : Math.min(ring.lastSequence(), cappedEnd(asked, most));
        long first = backwards ? Math.max(asked.first(), asked.last() - most + 1) : asked.first();
        if (last < first || last > ring.lastSequence()) {
            return List.of();
        }
        long anchor = backwards ? last : first;
        return anchor >= ring.firstSequence()
                ? fromRing(ring, Math.max(first, ring.firstSequence()), last, backwards)
                : fromFiles(first, last, backwards);
    }

    private static long cappedEnd(Range asked, int most) {
        return Math.min(asked.last(), asked.first() + most - 1);
    }

    private static List<Event> fromRing(EventRing ring, long first, long last, boolean whole) {
        List<Event> events = new ArrayList<>();
        int bytes = 0;
        for (EventRecord event : ring.from(first)) {
            if (event.sequence() > last || (!whole && bytes > CHUNK_BYTES)) {
                break;
            }
            events.add(event.toEvent());
            bytes += event.bytes();
        }
        return events;
    }

    private List<Event> fromFiles(long first, long last, boolean backwards) {
        EventFiles kept = files;
        if (kept == null || kept.atOrAbove(backwards ? last : first) != (backwards ? last : first)) {
            return List.of();
        }
        List<Event> events = new ArrayList<>();
        boolean read = tried(() -> events.addAll(
                backwards
                        ? kept.read(Math.max(first, kept.sameFileFrom(last)), last, Integer.MAX_VALUE)
                        : kept.read(first, last, CHUNK_BYTES)));
        boolean whole = read
                && (!backwards
                        || (!events.isEmpty() && events.get(events.size() - 1).getSequence() == last));
        return whole ? events : List.of();
    }

    private <T> CompletableFuture<T> onLoop(Supplier<CompletableFuture<T>> work) {
        return CompletableFuture.completedFuture(work).thenComposeAsync(Supplier::get, loop);
    }
}
