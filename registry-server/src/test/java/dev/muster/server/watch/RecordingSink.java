// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.v1.Error;
import dev.muster.v1.Instance;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchResponse;
import dev.muster.v1.WatchSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client whose reading a test turns on and off, and that keeps a copy as a real one would. */
final class RecordingSink implements WatchSink {
    final List<WatchResponse> frames = new ArrayList<>();
    final Map<Long, Map<String, Instance>> copies = new TreeMap<>();
    final Map<Long, Long> revisions = new TreeMap<>();
    boolean ready = true;
    boolean throwing;
    /** Each frame that is sent. */
    Runnable whileSending = () -> {};

    int taken;
    boolean completed;

    @Nullable
    Error failure;

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void send(ByteString frame) {
        if (throwing) {
            throw new IllegalStateException("scripted defect");
        }
        whileSending.run();
        try {
            WatchResponse response = WatchResponse.parseFrom(frame);
            frames.add(response);
            take(response);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("not a frame", e);
        }
    }

    @Override
    public void takeNext() {
        taken++;
    }

    @Override
    public void complete() {
        completed = true;
    }

    @Override
    public void fail(Error error) {
        failure = error;
    }

    WatchResponse last() {
        return frames.get(frames.size() - 1);
    }

    ByteString token() {
        return last().hasSnapshot()
                ? last().getSnapshot().getResumeToken()
                : last().getDelta().getResumeToken();
    }

    private void take(WatchResponse response) {
        if (response.hasSnapshot()) {
            WatchSnapshot snapshot = response.getSnapshot();
            forward(snapshot.getWatch(), snapshot.getHeader().getRevision());
            Map<String, Instance> copy = new TreeMap<>();
            snapshot.getInstancesList()
                    .forEach(instance -> copy.put(instance.getKey().getId(), instance));
            copies.put(snapshot.getWatch(), copy);
        } else if (response.hasDelta()) {
            WatchDelta delta = response.getDelta();
            if (revisions.getOrDefault(delta.getWatch(), delta.getFromRevision()) != delta.getFromRevision()) {
                throw new AssertionError("a gap before " + delta);
            }
            forward(delta.getWatch(), delta.getHeader().getRevision());
            Map<String, Instance> copy = copies.computeIfAbsent(delta.getWatch(), watch -> new TreeMap<>());
            delta.getChangedList()
                    .forEach(instance -> copy.put(instance.getKey().getId(), instance));
            delta.getRemovedList().forEach(copy::remove);
        }
    }

    private void forward(long watch, long revision) {
        if (revisions.getOrDefault(watch, 0L) > revision) {
            throw new AssertionError("back from " + revisions.get(watch) + " to " + revision);
        }
        revisions.put(watch, revision);
    }
}
