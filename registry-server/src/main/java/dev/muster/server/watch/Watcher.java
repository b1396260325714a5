// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.v1.Header;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The cursor of one watch: a few numbers, however far behind the reader is. Makes the one frame that brings the copy
 * from where it is to the state, and never takes it back in revision. Belongs to the loop of the hub.
 */
final class Watcher {
    private final WatchStream owner;
    private final long watch;
    private final Topic topic;
    private final long history;

    /** The revision that the last frame told, or that the copy came with; 0 before any. */
    private long told;
    /** The service's revision that the copy shows: the same for all who are in step, so that they share a delta. */
    private long shown;
    /** The copy is complete up to here. Only kept while something is left to send. */
    private long completeTo;

    private boolean wantsSnapshot;
    private boolean wantsFrame = true;
    private boolean reset;

    private Watcher(WatchStream owner, long watch, Topic topic, long history) {
        this.owner = owner;
        this.watch = watch;
        this.topic = topic;
        this.history = history;
    }

    /** A watch without a copy. */
    static Watcher fromNothing(WatchStream owner, long watch, Topic topic, long history) {
        Watcher watcher = new Watcher(owner, watch, topic, history);
        watcher.wantsSnapshot = true;
        return watcher;
    }

    /** A watch with a copy of another history. */
    static Watcher fromElsewhere(WatchStream owner, long watch, Topic topic, long history) {
        Watcher watcher = new Watcher(owner, watch, topic, history);
        watcher.startOver();
        return watcher;
    }

    /** A watch whose copy is complete up to the revision. */
    static Watcher resumed(WatchStream owner, long watch, Topic topic, long history, long revision) {
        Watcher watcher = new Watcher(owner, watch, topic, history);
        watcher.told = revision;
        watcher.shown = revision;
        watcher.completeTo = revision;
        return watcher;
    }

    WatchStream owner() {
        return owner;
    }

    long watch() {
        return watch;
    }

    Topic topic() {
        return topic;
    }

    /** The service changed after the copy was complete up to that revision. */
    void changedAfter(long revision) {
        if (!wantsFrame) {
            wantsFrame = true;
            completeTo = revision;
        }
    }

    /** The state is of another history than the copy. */
    void startOver() {
        wantsFrame = true;
        wantsSnapshot = true;
        reset = true;
    }

    /** The frame that brings the copy up to the state, to which the topic has advanced. */
    ByteString next(RegistryState state, Header header) {
        ServiceEntry service = topic.service();
        boolean compacted = completeTo < state.compactedRevision();
        ByteString frame;
        if (wantsSnapshot) {
            frame = snapshot(state, header);
        } else if (compacted && (service == null || service.revision() > completeTo)) {
            reset = true;
            frame = snapshot(state, header);
        } else {
            frame = topic.deltaFrame(new Topic.Delta(watch, told, shown, header), () -> delta(state, header, service));
        }
        told = state.revision();
        shown = service == null ? told : service.revision();
        wantsSnapshot = false;
        wantsFrame = false;
        reset = false;
        return frame;
    }

    private ByteString snapshot(RegistryState state, Header header) {
        WatchSnapshot own = WatchSnapshot.newBuilder()
                .setWatch(watch)
                .setHeader(header)
                .setReset(reset)
                .setResumeToken(token(state))
                .build();
        return Frames.snapshot(own, topic.snapshotBody());
    }

    private ByteString delta(RegistryState state, Header header, @Nullable ServiceEntry service) {
        WatchDelta own = WatchDelta.newBuilder()
                .setWatch(watch)
                .setHeader(header)
                .setFromRevision(told)
                .setResumeToken(token(state))
                .build();
        return Frames.delta(own, service == null ? ByteString.EMPTY : topic.deltaBody(service, shown));
    }

    private ByteString token(RegistryState state) {
        return new ResumeToken(history, state.epochId(), state.epochOrdinal(), state.revision()).encode(topic.name());
    }
}
