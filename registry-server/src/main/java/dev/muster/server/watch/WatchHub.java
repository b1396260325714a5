// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.core.RegistryState;
import dev.muster.core.key.ServiceName;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.task.Loop;
import dev.muster.v1.Header;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * This node's fan-out to all who watch. A copy that took every frame of its watch equals the registry's list at the
 * revision of the last one, and never goes back. Thread-safe; the work is done on the loop.
 *
 * <p>How it holds:
 *
 * <ul>
 *   <li>Nothing is derived from events. A round compares each watched service of the newest state with the one of the
 *       round before; its watchers then get what differs between their copy and that state. So a frame that was not sent
 *       loses nothing: the next one covers it.
 *   <li>There are no queues. A stream that cannot take a frame leaves its watchers marked; once it can, each gets one
 *       frame from where its copy is to the state as it is then. A slow reader gets fewer, larger deltas and costs no
 *       memory.
 *   <li>What is dear to make, the encoded list of changes, is made once per service and starting point.
 *   <li>Rounds begin at once when it was quiet, and otherwise {@link #WINDOW} after the one before. Where changes come
 *       faster than that, the pauses are as long as rounds are expensive: these take a fraction of a core, and their frames
 *       join more changes.
 *   <li>A copy whose removals were forgotten meanwhile, or that comes from another epoch, starts over with a snapshot.
 *   <li>Progress is claimed for a stream only when none of its watches has anything left to send, and the age in it was
 *       known before the state was looked at.
 * </ul>
 */
public final class WatchHub implements ReplicaListener {
    static final Duration WINDOW = Duration.ofMillis(5);
    /** The promise to the client is 5 seconds; the rest is for the tick and for delays on the way. */
    static final Duration PROGRESS = Duration.ofSeconds(3);
    /** How long a node may take to catch up with what a client has seen elsewhere. */
    static final Duration CATCH_UP = Duration.ofSeconds(5);

    private static final Duration TICK = Duration.ofSeconds(1);
    /** By then a fresh answer about our age has come, if any comes. */
    private static final Duration ANSWER = Duration.ofMillis(200);
    /** A round that was waited for is followed by a pause of that many times its length. */
    private static final int PAUSE_FACTOR = 4;

    private final Replica replica;
    private final Freshness freshness;
    private final Loop loop;
    private final String groupId;

    private final AtomicBoolean roundQueued = new AtomicBoolean();
    private final AtomicInteger watches = new AtomicInteger();
    private final Map<ServiceName, Topic> topics = new HashMap<>();
    private final Set<WatchStream> streams = new LinkedHashSet<>();
    private RegistryState swept;
    private @Nullable Header header;
    private volatile long nextRound;

    private WatchHub(Replica replica, Freshness freshness, Loop loop, String groupId) {
        this.replica = replica;
        this.freshness = freshness;
        this.loop = loop;
        this.groupId = groupId;
        this.swept = replica.state();
        this.nextRound = loop.nanos();
    }

    /** Starts the fan-out; it ends with the loop. */
    public static WatchHub start(Replica replica, Freshness freshness, Loop loop, String groupId) {
        WatchHub hub = new WatchHub(replica, freshness, loop, groupId);
        replica.addListener(hub);
        loop.every(TICK, hub::tick);
        return hub;
    }

    /** Opens a stream of watches. */
    public WatchStream open(WatchSink sink) {
        WatchStream stream = new WatchStream(this, sink, loop);
        loop.execute(() -> streams.add(stream));
        return stream;
    }

    /** How many watches this node serves. */
    public int watches() {
        return watches.get();
    }

    @Override
    public void onApplied(RegistryState state) {
        if (roundQueued.compareAndSet(false, true)) {
            long wait = nextRound - loop.nanos();
            if (wait <= 0) {
                loop.execute(() -> queuedRound(1));
            } else {
                loop.schedule(Duration.ofNanos(wait), () -> queuedRound(PAUSE_FACTOR));
            }
        }
    }

    // The rest belongs to the loop.

    /** The state that all frames are made from until the next round. */
    RegistryState state() {
        return swept;
    }

    /** From here on frames say how old the state is now. */
    void lookAtTheClock() {
        header = null;
    }

    /** Of the state that frames are made from; the same for all frames of a round. */
    Header header() {
        Header known = header;
        if (known == null) {
            known = swept.header(freshness.ageMillisOf(swept.revision()));
            header = known;
        }
        return known;
    }

    long history() {
        return ResumeToken.history(swept.clusterId(), groupId);
    }

    /** Looks at the newest state. */
    void catchUp() {
        lookAtTheClock();
        RegistryState now = replica.state();
        RegistryState before = swept;
        boolean sameEpoch = now.epochId() == before.epochId();
        if (now == before || (sameEpoch && now.revision() < before.revision())) {
            return;
        }
        if (now.catalog() != before.catalog() || !sameEpoch) {
            topics.values().forEach(topic -> advance(topic, now, before, sameEpoch));
        }
        swept = now;
    }

    /** The service as of {@link #state()}; kept as long as it has watchers. */
    Topic topic(ServiceName name) {
        return topics.computeIfAbsent(name, missing -> new Topic(missing, swept));
    }

    void enter(Watcher watcher) {
        watcher.topic().watchers().add(watcher);
        watches.incrementAndGet();
    }

    void leave(Watcher watcher) {
        Topic topic = watcher.topic();
        if (topic.watchers().remove(watcher)) {
            watches.decrementAndGet();
        }
        if (topic.watchers().isEmpty()) {
            topics.remove(topic.name());
        }
    }

    void closed(WatchStream stream) {
        streams.remove(stream);
    }

    private void advance(Topic topic, RegistryState now, RegistryState before, boolean sameEpoch) {
        boolean changed = topic.advance(now);
        for (Watcher watcher : topic.watchers()) {
            if (!sameEpoch) {
                watcher.startOver();
            } else if (changed) {
                watcher.changedAfter(before.revision());
            } else {
                continue;
            }
            watcher.owner().markBehind(watcher);
        }
    }

    private void queuedRound(int pauseFactor) {
        roundQueued.set(false);
        round(pauseFactor);
    }

    private void round(int pauseFactor) {
        long begun = loop.nanos();
        try {
            catchUp();
            for (WatchStream stream : List.copyOf(streams)) {
                stream.flush();
            }
        } finally {
            long ended = loop.nanos();
            nextRound = ended + Math.max(WINDOW.toNanos(), pauseFactor * (ended - begun));
        }
    }

    private void tick() {
        if (streams.isEmpty()) {
            return;
        }
        round(1);
        var unused = freshness.linearize();
        loop.schedule(ANSWER, this::progress);
    }

    /** Does not wait for a fresh answer: when there is none, the age that goes out says so. */
    private void progress() {
        long age = freshness.ageMillis();
        round(1);
        for (WatchStream stream : List.copyOf(streams)) {
            stream.progress(swept.header(age));
        }
    }
}
