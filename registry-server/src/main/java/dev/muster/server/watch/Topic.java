// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.key.ServiceName;
import dev.muster.v1.Header;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A service that someone on this node watches, as of the state the hub looked at last, with the encoded bodies that its
 * watchers share. Belongs to the loop of the hub.
 */
final class Topic {
    /** Watchers stand at few different revisions; more bodies than these are made but not kept. */
    private static final int MAX_SHARED_DELTAS = 8;

    private final ServiceName name;
    private final Set<Watcher> watchers = new LinkedHashSet<>();
    private final Map<Long, ByteString> deltas = new LinkedHashMap<>();
    private final Map<Delta, ByteString> frames = new LinkedHashMap<>();
    private @Nullable ByteString snapshot;
    private @Nullable ServiceEntry service;

    Topic(ServiceName name, RegistryState state) {
        this.name = name;
        this.service = state.catalog().service(name);
    }

    ServiceName name() {
        return name;
    }

    Set<Watcher> watchers() {
        return watchers;
    }

    @Nullable
    ServiceEntry service() {
        return service;
    }

    /** Goes on to the state; whether the list may differ from what it was. */
    boolean advance(RegistryState state) {
        ServiceEntry before = service;
        ServiceEntry now = state.catalog().service(name);
        service = now;
        if (now == before || sameList(before, now)) {
            return false;
        }
        deltas.clear();
        frames.clear();
        snapshot = null;
        return true;
    }

    ByteString snapshotBody() {
        ByteString body = snapshot;
        if (body == null) {
            body = Frames.snapshotBody(service);
            snapshot = body;
        }
        return body;
    }

    /** What tells frames with changes of this service apart: whose they are, where his copy is, and what they say of the state. */
    record Delta(long watch, long told, long shown, Header header) {}

    /** Streams with one watch each, and that is most of them, are sent the same bytes. */
    ByteString deltaFrame(Delta delta, Supplier<ByteString> made) {
        ByteString frame = frames.get(delta);
        if (frame == null) {
            frame = made.get();
            if (frames.size() == MAX_SHARED_DELTAS) {
                frames.clear();
            }
            frames.put(delta, frame);
        }
        return frame;
    }

    ByteString deltaBody(ServiceEntry of, long since) {
        ByteString body = deltas.get(since);
        if (body == null) {
            body = Frames.deltaBody(of, since);
            if (deltas.size() < MAX_SHARED_DELTAS) {
                deltas.put(since, body);
            }
        }
        return body;
    }

    /** A service that vanished had been empty before, unless its removals were evicted between two looks. */
    private static boolean sameList(@Nullable ServiceEntry before, @Nullable ServiceEntry now) {
        if (before == null) {
            return false;
        }
        return now == null ? before.size() == 0 : now.revision() == before.revision();
    }
}
