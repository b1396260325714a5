// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.core.key.ServiceName;
import dev.muster.server.task.Loop;
import dev.muster.v1.Error;
import dev.muster.v1.Header;
import dev.muster.v1.Reason;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchError;
import dev.muster.v1.WatchProgress;
import dev.muster.v1.WatchResponse;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The watches of one client process. Frames of a watch come in the order of their revisions, and only while the reader
 * takes them. The public methods are thread-safe; the rest belongs to the loop of the hub.
 */
public final class WatchStream {
    /** A copy that is ahead of this node waits until then. */
    private record Late(Subscribe request, ServiceName service, ResumeToken token, long until) {}

    private final WatchHub hub;
    private final WatchSink sink;
    private final Loop loop;

    private final Map<Long, Watcher> watches = new HashMap<>();
    private final Map<Long, Late> late = new LinkedHashMap<>();
    private final Set<Watcher> behind = new LinkedHashSet<>();
    private long lastProgress;
    private boolean wantsRequest;
    private boolean closed;

    WatchStream(WatchHub hub, WatchSink sink, Loop loop) {
        this.hub = hub;
        this.sink = sink;
        this.loop = loop;
        this.lastProgress = loop.nanos();
    }

    /** Sends the first frame, before those of later subscriptions. */
    public void greet(WatchResponse hello) {
        request(() -> sink.send(hello.toByteString()));
    }

    /** Begins a watch; what is wrong with the request is told in the stream. */
    public void subscribe(Subscribe request) {
        request(() -> begin(request));
    }

    /** Ends a watch; one that does not exist needs no end. */
    public void unsubscribe(long watch) {
        request(() -> end(watch));
    }

    /** The reader takes frames again. */
    public void ready() {
        loop.execute(() -> {
            hub.lookAtTheClock();
            flush();
        });
    }

    /** The client has gone. */
    public void close() {
        loop.execute(this::closeNow);
    }

    /** The client wants nothing more. */
    public void complete() {
        loop.execute(() -> endStream(sink::complete));
    }

    /** Ends the stream with the reason. */
    public void end(Error why) {
        loop.execute(() -> endStream(() -> sink.fail(why)));
    }

    void markBehind(Watcher watcher) {
        behind.add(watcher);
    }

    /** Sends what the reader takes. */
    void flush() {
        if (closed) {
            return;
        }
        try {
            retryLate();
            sendBehind();
            takeNext();
        } catch (RuntimeException defect) {
            endStream(() -> sink.fail(
                    error(Reason.REASON_INTERNAL, "a defect of the registry ended the stream; open a new one")));
            loop.execute(() -> {
                throw defect;
            });
        }
    }

    /** Says how far the whole stream is, if it is due and true. */
    void progress(Header header) {
        long now = loop.nanos();
        boolean due = now - lastProgress >= WatchHub.PROGRESS.toNanos();
        if (due && !closed && behind.isEmpty() && late.isEmpty() && sink.isReady()) {
            lastProgress = now;
            sink.send(WatchResponse.newBuilder()
                    .setProgress(WatchProgress.newBuilder().setHeader(header))
                    .build()
                    .toByteString());
        }
    }

    private void request(Runnable request) {
        loop.execute(() -> {
            if (!closed) {
                hub.lookAtTheClock();
                request.run();
                wantsRequest = true;
                flush();
            }
        });
    }

    private void takeNext() {
        if (wantsRequest && sink.isReady()) {
            wantsRequest = false;
            sink.takeNext();
        }
    }

    private void endStream(Runnable last) {
        if (!closed) {
            closeNow();
            last.run();
        }
    }

    private void begin(Subscribe request) {
        long watch = request.getWatch();
        ServiceName service = ServiceName.of(request.getNamespace(), request.getService());
        Error wrong = check(request);
        if (wrong != null) {
            refuse(watch, wrong);
            return;
        }
        hub.catchUp();
        if (request.getResumeToken().isEmpty()) {
            add(Watcher.fromNothing(this, watch, hub.topic(service), hub.history()));
        } else {
            resume(request, service);
        }
    }

    private @Nullable Error check(Subscribe request) {
        long watch = request.getWatch();
        if (watch == 0 || watches.containsKey(watch) || late.containsKey(watch)) {
            return Rejection.invalid(
                            "watch",
                            Long.toUnsignedString(watch),
                            "a number above 0 that no other watch of the stream has")
                    .error();
        }
        if (watches.size() + late.size() >= Limits.MAX_WATCHES_PER_STREAM) {
            return Rejection.limit("watches of a stream", Limits.MAX_WATCHES_PER_STREAM)
                    .error();
        }
        try {
            Validation.service(request.getNamespace(), request.getService());
            return null;
        } catch (Rejection rejection) {
            return rejection.error();
        }
    }

    private void resume(Subscribe request, ServiceName service) {
        long watch = request.getWatch();
        ResumeToken token = ResumeToken.decode(request.getResumeToken(), service);
        if (token == null) {
            refuse(
                    watch,
                    error(
                            Reason.REASON_INVALID,
                            "resume_token: not a token of " + service
                                    + " (expected: the bytes of the last frame of this service, or nothing)"));
        } else {
            resume(new Late(request, service, token, loop.nanos() + WatchHub.CATCH_UP.toNanos()));
        }
    }

    private void resume(Late request) {
        RegistryState state = hub.state();
        long watch = request.request().getWatch();
        ResumeToken token = request.token();
        if (token.history() != hub.history() || token.epochId() != state.epochId()) {
            add(Watcher.fromElsewhere(this, watch, hub.topic(request.service()), hub.history()));
        } else if (token.revision() <= state.revision()) {
            add(Watcher.resumed(this, watch, hub.topic(request.service()), hub.history(), token.revision()));
        } else if (loop.nanos() < request.until()) {
            late.put(watch, request);
        } else {
            refuse(
                    watch,
                    error(
                            Reason.REASON_UNAVAILABLE,
                            "this node is at revision " + state.revision() + " and the copy at " + token.revision()
                                    + "; watch at another node"));
        }
    }

    private void retryLate() {
        for (Late request : Set.copyOf(late.values())) {
            late.remove(request.request().getWatch());
            resume(request);
        }
    }

    private void sendBehind() {
        for (Iterator<Watcher> all = behind.iterator(); all.hasNext() && sink.isReady(); ) {
            Watcher watcher = all.next();
            sink.send(watcher.next(hub.state(), hub.header()));
            all.remove();
        }
    }

    private void add(Watcher watcher) {
        watches.put(watcher.watch(), watcher);
        hub.enter(watcher);
        behind.add(watcher);
    }

    private void end(long watch) {
        late.remove(watch);
        Watcher watcher = watches.remove(watch);
        if (watcher != null) {
            behind.remove(watcher);
            hub.leave(watcher);
        }
    }

    private void closeNow() {
        closed = true;
        late.clear();
        behind.clear();
        watches.values().forEach(hub::leave);
        watches.clear();
        hub.closed(this);
    }

    private void refuse(long watch, Error error) {
        sink.send(WatchResponse.newBuilder()
                .setError(WatchError.newBuilder().setWatch(watch).setError(error))
                .build()
                .toByteString());
    }

    private static Error error(Reason reason, String message) {
        return Error.newBuilder().setReason(reason).setMessage(message).build();
    }
}
