// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.awaitility.Awaitility.await;

import dev.muster.v1.BatchResponse;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.CloseSessionResponse;
import dev.muster.v1.DeregisterResponse;
import dev.muster.v1.Error;
import dev.muster.v1.Header;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.Reply;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.ReturnKeysResponse;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.ServerHello;
import dev.muster.v1.UpdateResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One stream of a session as its node sees it. */
final class FakeSession implements StreamObserver<ClientFrame> {
    static final String CLUSTER = "c1";
    static final long EPOCH = 77;

    /** All frames after the hello. */
    final List<ClientFrame> frames = new CopyOnWriteArrayList<>();

    final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Whether keep-alives are answered at once. */
    volatile boolean keepsAlive = true;

    private final BlockingQueue<ClientHello> hellos = new LinkedBlockingQueue<>();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final ServerCallStreamObserver<ServerFrame> out;

    FakeSession(ServerCallStreamObserver<ServerFrame> out) {
        this.out = out;
        out.setOnCancelHandler(() -> ended.complete(null));
    }

    /** Whether the client greets on this stream; a busy machine may have made it give the stream up before. */
    boolean begins() {
        await().atMost(FakeNode.PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> ended.isDone() || !hellos.isEmpty());
        return !ended.isDone();
    }

    ClientHello hello() {
        return FakeNode.take(hellos, "hello");
    }

    /** Takes the hello and greets back. */
    ClientHello greet(long session) {
        return greet(session, "", EPOCH);
    }

    ClientHello greet(long session, String leader, long epoch) {
        ClientHello hello = hello();
        send(ServerFrame.newBuilder()
                .setHello(ServerHello.newBuilder()
                        .setHeader(Header.newBuilder().setEpochId(epoch).setEpochOrdinal(1))
                        .setClusterId(CLUSTER)
                        .setNode("n1")
                        .setSession(session)
                        .setTtlMillis(hello.getTtlMillis())
                        .setLeader(leader)));
        return hello;
    }

    Request request() {
        return FakeNode.take(requests, "request");
    }

    List<Request> requests(int count) {
        return Stream.generate(this::request).limit(count).toList();
    }

    boolean hasRequest() {
        return !requests.isEmpty();
    }

    void send(ServerFrame.Builder frame) {
        synchronized (out) {
            out.onNext(frame.build());
        }
    }

    void reply(long correlation, Result.Builder result) {
        send(ServerFrame.newBuilder()
                .addReplies(Reply.newBuilder().setCorrelation(correlation).setResult(result)));
    }

    /** Does what was asked. */
    void accept(Request request, long number) {
        Header.Builder header =
                Header.newBuilder().setEpochId(EPOCH).setEpochOrdinal(1).setRevision(number);
        Result.Builder result = Result.newBuilder();
        switch (request.getCallCase()) {
            case REGISTER ->
                result.setRegister(
                        RegisterResponse.newBuilder().setHeader(header).setIncarnation(number));
            case DEREGISTER ->
                result.setDeregister(DeregisterResponse.newBuilder().setHeader(header));
            case UPDATE -> result.setUpdate(UpdateResponse.newBuilder().setHeader(header));
            case BATCH -> result.setBatch(BatchResponse.newBuilder().setHeader(header));
            case CLOSE_SESSION ->
                result.setCloseSession(CloseSessionResponse.newBuilder().setHeader(header));
            case RETURN_KEYS ->
                result.setReturnKeys(ReturnKeysResponse.newBuilder().setHeader(header));
            default -> throw new AssertionError("unexpected request: " + request);
        }
        reply(request.getCorrelation(), result);
    }

    void refuse(Request request, Reason reason) {
        refuse(request, Failures.error(reason, "refused as " + reason));
    }

    void refuse(Request request, Error error) {
        reply(request.getCorrelation(), Result.newBuilder().setError(error));
    }

    /** Ends the stream, saying why, and waits until the client has taken note. */
    void end(Error error) {
        send(ServerFrame.newBuilder().setEnd(error));
        ended.orTimeout(FakeNode.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Breaks without a word. */
    void drop() {
        synchronized (out) {
            out.onError(Status.UNAVAILABLE.withDescription("dropped").asRuntimeException());
        }
    }

    @Override
    public void onNext(ClientFrame frame) {
        if (frame.hasHello()) {
            hellos.add(frame.getHello());
            return;
        }
        frames.add(frame);
        if (frame.getKeepAlive() && keepsAlive) {
            send(ServerFrame.newBuilder().setKeepAlive(KeepAliveResponse.getDefaultInstance()));
        }
        requests.addAll(frame.getRequestsList());
    }

    @Override
    public void onError(Throwable thrown) {
        ended.complete(null);
    }

    @Override
    public void onCompleted() {
        ended.complete(null);
        synchronized (out) {
            out.onCompleted();
        }
    }
}
