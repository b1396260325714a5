// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.InstanceStatus;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import dev.muster.v1.Header;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What users see of a {@link ViewCopy}: one immutable list, swapped by the loop when it changes, and how long ago it was
 * last confirmed. Reading is safe for any thread, the rest is confined to the loop.
 *
 * <p>With a {@link ListCache} the list is noted on the disk, at most once a second, and taken from there when no node
 * gives one. The copy itself knows nothing of that: the first list of a node replaces what came from the disk.
 */
final class LiveView implements ServiceView {
    /** From one note of a list that changes to the next. */
    static final Duration NOTE = Duration.ofSeconds(1);
    /** After so long a list that stays the same is noted anew, for its age. */
    static final Duration NOTE_AGAIN = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(LiveView.class);
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    private final String namespace;
    private final String service;
    private final Duration patience;
    private final Loop loop;
    private final Consumer<LiveView> whenClosed;
    private final ViewCopy copy = new ViewCopy();
    private final Listeners<ServiceSnapshot> listeners;
    private final @Nullable ListCache cache;
    private final CompletableFuture<ServiceView> ready = new CompletableFuture<>();

    private volatile @Nullable ServiceSnapshot current;
    private volatile @Nullable Knowledge knowledge;
    private volatile boolean fromDisk;
    private boolean askedDisk;
    private boolean noting;
    private long notedNanos;

    /** That the list was complete up to a revision at a time of the loop's clock. */
    private record Knowledge(long revision, boolean dated, long nanos) {}

    LiveView(
            String namespace,
            String service,
            Duration patience,
            Loop loop,
            Executor callbacks,
            @Nullable ListCache cache,
            Consumer<LiveView> whenClosed) {
        this.namespace = namespace;
        this.service = service;
        this.patience = patience;
        this.loop = loop;
        this.whenClosed = whenClosed;
        this.listeners = new Listeners<>(loop, callbacks);
        this.cache = cache;
        this.notedNanos = loop.nanoTime() - NOTE_AGAIN.toNanos();
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public ServiceSnapshot snapshot() {
        ServiceSnapshot now = current;
        return now == null ? firstSnapshot() : now;
    }

    @Override
    public Optional<ServiceSnapshot> current() {
        return Optional.ofNullable(current);
    }

    @Override
    public long revision() {
        Knowledge known = knowledge;
        return known == null ? 0 : known.revision;
    }

    @Override
    public Duration age() {
        Knowledge known = knowledge;
        return known == null || !known.dated ? FOREVER : Duration.ofNanos(Math.max(0, loop.nanoTime() - known.nanos));
    }

    @Override
    public boolean isFromDisk() {
        return fromDisk;
    }

    @Override
    public CompletableFuture<ServiceView> ready() {
        return ready.copy();
    }

    @Override
    public Subscription onChange(Consumer<ServiceSnapshot> listener) {
        return listeners.add(listener, () -> current);
    }

    @Override
    public void close() {
        whenClosed.accept(this);
    }

    // ---- on the loop ----------------------------------------------------------------------------------------------

    ViewCopy copy() {
        return copy;
    }

    /** The copy took a frame with this header. */
    void follow(ViewCopy.Step step, Header header) {
        if (step == ViewCopy.Step.CHANGED) {
            ServiceSnapshot next = published();
            current = next;
            fromDisk = false;
            learn(header);
            noteAfter(NOTE);
            listeners.tell(next);
            ready.complete(this);
        } else {
            learn(header);
            noteAfter(NOTE_AGAIN);
        }
    }

    /** No node gives a list: the last known one has to do, if there is one. */
    void nobodyAnswers() {
        if (cache == null || askedDisk || current != null) {
            return;
        }
        askedDisk = true;
        Futures.whenDone(
                cache.read(namespace, service),
                (known, failure) -> loop.execute(() -> {
                    if (known != null && known.isPresent() && current == null) {
                        takeFromDisk(known.get());
                    }
                }));
    }

    private void takeFromDisk(ListCache.Known known) {
        long ageMillis = Math.max(0, loop.epochMillis() - known.knownAtMillis());
        LOG.warn(
                "no node gives the list of {}; the last known one, {} ms old, stands for it until one does",
                service,
                ageMillis);
        knowledge = new Knowledge(
                known.list().position().revision(), true, loop.nanoTime() - TimeUnit.MILLISECONDS.toNanos(ageMillis));
        fromDisk = true;
        current = known.list();
        listeners.tell(known.list());
        ready.complete(this);
    }

    /** Notes the list when the last note is so long ago; of several changes until then it is the last. */
    private void noteAfter(Duration pause) {
        if (cache == null || noting) {
            return;
        }
        long left = pause.toNanos() - (loop.nanoTime() - notedNanos);
        if (left <= 0) {
            note(cache);
        } else if (pause.equals(NOTE)) {
            noting = true;
            loop.schedule(Duration.ofNanos(left), () -> note(cache));
        }
    }

    private void note(ListCache to) {
        noting = false;
        notedNanos = loop.nanoTime();
        ServiceSnapshot list = current;
        Duration age = age();
        if (list != null && !age.equals(FOREVER)) {
            to.write(new ListCache.Known(list, loop.epochMillis() - age.toMillis()));
        }
    }

    /** There will be no (more) frames. */
    void fail(MusterException why) {
        ready.completeExceptionally(why);
    }

    private ServiceSnapshot published() {
        Position position = new Position(copy.epochId(), copy.epochOrdinal(), copy.revision());
        return snapshot(namespace, service, position, copy.instances());
    }

    /** A list as users see it. */
    static ServiceSnapshot snapshot(String namespace, String service, Position position, List<ServiceInstance> all) {
        List<ServiceInstance> serving = all.stream()
                .filter(instance -> instance.status() == InstanceStatus.UP)
                .toList();
        return new ServiceSnapshot(namespace, service, position, all, serving);
    }

    /** A frame says how old its own state may be. What is older than the copy still confirms it, so far back. */
    private void learn(Header header) {
        Knowledge before = knowledge;
        boolean dated = header.getAgeMillis() >= 0;
        long nanos = loop.nanoTime() - TimeUnit.MILLISECONDS.toNanos(header.getAgeMillis());
        if (before != null && before.dated && (!dated || before.nanos - nanos > 0)) {
            dated = true;
            nanos = before.nanos;
        }
        knowledge = new Knowledge(copy.revision(), dated, nanos);
    }

    private ServiceSnapshot firstSnapshot() {
        CompletableFuture<ServiceView> first = ready.copy();
        Loop.Timer late = loop.schedule(
                patience,
                () -> first.completeExceptionally(new MusterException(
                        Reason.UNAVAILABLE,
                        Fate.NOT_APPLIED,
                        "no list of " + service + " within " + patience.toMillis() + " ms")));
        try {
            Futures.await(first, loop);
        } finally {
            late.cancel();
        }
        return snapshot();
    }
}
