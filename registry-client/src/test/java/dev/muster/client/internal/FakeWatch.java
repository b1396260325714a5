// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.v1.Header;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.Reason;
import dev.muster.v1.Status;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchError;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchHelloReply;
import dev.muster.v1.WatchProgress;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import dev.muster.v1.WatchSnapshot;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** One stream of views as its node sees it. */
final class FakeWatch implements StreamObserver<WatchRequest> {
    static final String CLUSTER = "c1";
    static final long EPOCH = 77;

    final CompletableFuture<Void> ended = new CompletableFuture<>();
    final BlockingQueue<Long> unsubscribed = new LinkedBlockingQueue<>();

    private final BlockingQueue<WatchHello> hellos = new LinkedBlockingQueue<>();
    private final BlockingQueue<Subscribe> subscriptions = new LinkedBlockingQueue<>();
    private final ServerCallStreamObserver<WatchResponse> out;
    private long epochId = EPOCH;
    private long epochOrdinal = 1;
    private long ageMillis;

    FakeWatch(ServerCallStreamObserver<WatchResponse> out) {
        this.out = out;
        out.setOnCancelHandler(() -> ended.complete(null));
    }

    /** Takes the hello and greets back. */
    WatchHello greet() {
        return greet(CLUSTER);
    }

    WatchHello greet(String cluster) {
        WatchHello hello = FakeNode.take(hellos, "hello");
        send(WatchResponse.newBuilder()
                .setHello(WatchHelloReply.newBuilder().setHeader(header(0)).setClusterId(cluster)));
        return hello;
    }

    /** From now on it speaks of another epoch. */
    FakeWatch epoch(long id, long ordinal) {
        epochId = id;
        epochOrdinal = ordinal;
        return this;
    }

    /** From now on its frames are so old; -1 when it does not know. */
    FakeWatch age(long millis) {
        ageMillis = millis;
        return this;
    }

    Subscribe subscription() {
        return FakeNode.take(subscriptions, "subscription");
    }

    boolean hasSubscription() {
        return !subscriptions.isEmpty();
    }

    void snapshot(long watch, long revision, String... ids) {
        send(WatchResponse.newBuilder()
                .setSnapshot(WatchSnapshot.newBuilder()
                        .setWatch(watch)
                        .setHeader(header(revision))
                        .addAllInstances(instances(ids))
                        .setResumeToken(token(revision))));
    }

    void delta(long watch, long from, long to, List<String> changed, List<String> removed) {
        send(WatchResponse.newBuilder()
                .setDelta(WatchDelta.newBuilder()
                        .setWatch(watch)
                        .setHeader(header(to))
                        .setFromRevision(from)
                        .addAllChanged(instances(changed.toArray(String[]::new)))
                        .addAllRemoved(removed)
                        .setResumeToken(token(to))));
    }

    void progress(long revision) {
        send(WatchResponse.newBuilder().setProgress(WatchProgress.newBuilder().setHeader(header(revision))));
    }

    void refuse(long watch, Reason reason) {
        send(WatchResponse.newBuilder()
                .setError(WatchError.newBuilder()
                        .setWatch(watch)
                        .setError(Failures.error(reason, "refused as " + reason))));
    }

    void fail(Reason reason) {
        synchronized (out) {
            out.onError(FakeNode.failure(Failures.error(reason, "refused as " + reason)));
        }
    }

    static ByteString token(long revision) {
        return ByteString.copyFromUtf8("after " + revision);
    }

    static List<Instance> instances(String... ids) {
        return List.of(ids).stream().map(FakeWatch::instance).toList();
    }

    static Instance instance(String id) {
        return Instance.newBuilder()
                .setKey(InstanceKey.newBuilder()
                        .setNamespace("default")
                        .setService("payments")
                        .setId(id))
                .setStatus(Status.STATUS_UP)
                .build();
    }

    private Header header(long revision) {
        return Header.newBuilder()
                .setEpochId(epochId)
                .setEpochOrdinal(epochOrdinal)
                .setRevision(revision)
                .setAgeMillis(ageMillis)
                .build();
    }

    private void send(WatchResponse.Builder response) {
        synchronized (out) {
            out.onNext(response.build());
        }
    }

    @Override
    public void onNext(WatchRequest request) {
        switch (request.getRequestCase()) {
            case HELLO -> hellos.add(request.getHello());
            case SUBSCRIBE -> subscriptions.add(request.getSubscribe());
            case UNSUBSCRIBE -> unsubscribed.add(request.getUnsubscribe().getWatch());
            case REQUEST_NOT_SET -> throw new AssertionError("an empty request");
        }
    }

    @Override
    public void onError(Throwable thrown) {
        ended.complete(null);
    }

    @Override
    public void onCompleted() {
        ended.complete(null);
    }
}
