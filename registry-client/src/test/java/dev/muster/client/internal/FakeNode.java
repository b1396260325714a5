// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.Error;
import dev.muster.v1.EventsGrpc;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.SessionsGrpc;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import dev.muster.v1.WatchGrpc;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A node on a real port that does nothing by itself: tests take its streams and say what it answers. */
final class FakeNode implements AutoCloseable {
    static final long PATIENCE_SECONDS = 20;

    final BlockingQueue<FakeSession> sessions = new LinkedBlockingQueue<>();
    final BlockingQueue<FakeWatch> watches = new LinkedBlockingQueue<>();
    final BlockingQueue<FakeTail> tails = new LinkedBlockingQueue<>();
    volatile Function<ListEventsRequest, ListEventsResponse> listEvents =
            request -> ListEventsResponse.getDefaultInstance();
    volatile Function<LookupRequest, LookupResponse> lookup = request -> {
        throw failure(Failures.error(dev.muster.v1.Reason.REASON_UNAVAILABLE, "no leader"));
    };
    volatile Function<RegisterRequest, RegisterResponse> register = request -> RegisterResponse.getDefaultInstance();
    volatile Function<ListServicesRequest, ListServicesResponse> listServices =
            request -> ListServicesResponse.getDefaultInstance();
    volatile Function<StatusRequest, StatusResponse> status = request -> StatusResponse.getDefaultInstance();

    private final int port;
    private Server server;

    FakeNode() {
        server = startSomewhere();
        port = server.getPort();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** The next stream of a session that a client opens here. */
    FakeSession nextSession() {
        return take(sessions, "a session's stream");
    }

    /** The next stream of views that a client opens here. */
    FakeWatch nextWatch() {
        return take(watches, "a stream of views");
    }

    /** The next feed of events that a client opens here. */
    FakeTail nextTail() {
        return take(tails, "a feed of events");
    }

    /** Dies with all its connections. */
    void kill() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Comes back at the same port, which an event loop gives back a moment after the server has ended. */
    void restart() {
        server = await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .ignoreExceptionsMatching(inUse -> inUse instanceof UncheckedIOException)
                .until(() -> start(port), Objects::nonNull);
    }

    @Override
    public void close() {
        kill();
    }

    /** What a node throws to refuse a call. */
    static StatusRuntimeException failure(Error error) {
        ErrorInfo info = ErrorInfo.newBuilder()
                .setReason(error.getReason().name())
                .setDomain(Failures.DOMAIN)
                .putMetadata(Failures.LEADER, error.getLeader())
                .putMetadata(Failures.INCARNATION, Long.toString(error.getIncarnation()))
                .build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(io.grpc.Status.Code.FAILED_PRECONDITION.value())
                .setMessage(error.getMessage())
                .addDetails(Any.pack(info))
                .build());
    }

    static <T> T take(BlockingQueue<T> queue, String what) {
        try {
            T taken = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (taken == null) {
                throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s");
            }
            return taken;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Below the ports that connections get, so that none takes it while this node is down. */
    private Server startSomewhere() {
        for (int tries = 0; ; tries++) {
            try {
                return start(ThreadLocalRandom.current().nextInt(20_000, 32_000));
            } catch (UncheckedIOException e) {
                if (tries == 20) {
                    throw e;
                }
            }
        }
    }

    private Server start(int wantedPort) {
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort))
                    .addService(new Sessions())
                    .addService(new Watches())
                    .addService(new Events())
                    .addService(new Registry())
                    .addService(new Cluster())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <Q, R> void answer(Function<Q, R> behaviour, Q request, StreamObserver<R> out) {
        R response;
        try {
            response = behaviour.apply(request);
        } catch (StatusRuntimeException e) {
            out.onError(e);
            return;
        }
        out.onNext(response);
        out.onCompleted();
    }

    private final class Sessions extends SessionsGrpc.SessionsImplBase {
        @Override
        public StreamObserver<ClientFrame> open(StreamObserver<ServerFrame> out) {
            FakeSession stream = new FakeSession((ServerCallStreamObserver<ServerFrame>) out);
            sessions.add(stream);
            return stream;
        }
    }

    private final class Watches extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> open(StreamObserver<WatchResponse> out) {
            FakeWatch stream = new FakeWatch((ServerCallStreamObserver<WatchResponse>) out);
            watches.add(stream);
            return stream;
        }
    }

    private final class Events extends EventsGrpc.EventsImplBase {
        @Override
        public void list(ListEventsRequest request, StreamObserver<ListEventsResponse> out) {
            answer(listEvents, request, out);
        }

        @Override
        public void tail(TailEventsRequest request, StreamObserver<TailEventsResponse> out) {
            tails.add(new FakeTail(request, (ServerCallStreamObserver<TailEventsResponse>) out));
        }
    }

    private final class Registry extends RegistryGrpc.RegistryImplBase {
        @Override
        public void lookup(LookupRequest request, StreamObserver<LookupResponse> out) {
            answer(lookup, request, out);
        }

        @Override
        public void register(RegisterRequest request, StreamObserver<RegisterResponse> out) {
            answer(register, request, out);
        }

        @Override
        public void listServices(ListServicesRequest request, StreamObserver<ListServicesResponse> out) {
            answer(listServices, request, out);
        }
    }

    private final class Cluster extends ClusterGrpc.ClusterImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
            answer(status, request, out);
        }
    }
}
