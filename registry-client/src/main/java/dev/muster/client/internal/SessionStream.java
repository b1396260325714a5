// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.internal.Failures.Broken;
import dev.muster.encoded.v1.EncodedServerFrame;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.Reason;
import dev.muster.v1.SessionsGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session at one node: carries frames and notices when none come. What it hears it says on the loop, in
 * order, and after its end nothing more. Confined to the loop.
 */
final class SessionStream {
    private static final MethodDescriptor<ClientFrame, EncodedServerFrame> OPEN =
            Wire.encoded(SessionsGrpc.getOpenMethod(), EncodedServerFrame.getDefaultInstance());

    private final Loop loop;
    private final String address;
    private final BiConsumer<SessionStream, EncodedServerFrame> received;
    private final Consumer<SessionStream> writable;
    private final BiConsumer<SessionStream, Broken> broken;
    private @Nullable ClientCallStreamObserver<ClientFrame> call;
    private Loop.@Nullable Timer greeting;
    private boolean over;
    private boolean waitsForKeepAlive;

    SessionStream(
            Loop loop,
            String address,
            BiConsumer<SessionStream, EncodedServerFrame> received,
            Consumer<SessionStream> writable,
            BiConsumer<SessionStream, Broken> broken) {
        this.loop = loop;
        this.address = address;
        this.received = received;
        this.writable = writable;
        this.broken = broken;
    }

    String address() {
        return address;
    }

    void open(Channel channel, ClientFrame hello, Duration helloTimeout) {
        greeting = loop.schedule(helloTimeout, () -> greetingIsLate(helloTimeout));
        ClientCalls.asyncBidiStreamingCall(channel.newCall(OPEN, CallOptions.DEFAULT), new Hearer());
        send(hello);
    }

    /** The node answered the hello. */
    void greeted() {
        if (greeting != null) {
            greeting.cancel();
        }
    }

    boolean isReady() {
        return call != null && !over && call.isReady();
    }

    void send(ClientFrame frame) {
        if (call != null && !over) {
            call.onNext(frame);
        }
    }

    void sendKeepAlive(ClientFrame frame) {
        waitsForKeepAlive = true;
        send(frame);
    }

    /** Whether nothing came since the last keep-alive was sent. */
    boolean isSilent() {
        return waitsForKeepAlive;
    }

    /** Ends the stream in good order. */
    void finish() {
        if (end() && call != null) {
            call.onCompleted();
        }
    }

    /** Ends the stream at once. */
    void cancel() {
        if (end() && call != null) {
            call.cancel("the session goes on in another stream", null);
        }
    }

    private boolean end() {
        boolean first = !over;
        over = true;
        greeted();
        return first;
    }

    private void greetingIsLate(Duration helloTimeout) {
        brokenBy(new Broken(
                Failures.error(
                        Reason.REASON_UNAVAILABLE,
                        "no greeting from " + address + " within " + helloTimeout.toMillis() + " ms"),
                false,
                true));
    }

    private void brokenBy(Broken why) {
        if (!over) {
            broken.accept(this, why);
        }
    }

    /** Runs on gRPC's thread and hands everything to the loop. */
    private final class Hearer implements ClientResponseObserver<ClientFrame, EncodedServerFrame> {
        @Override
        public void beforeStart(ClientCallStreamObserver<ClientFrame> started) {
            call = started;
            started.setOnReadyHandler(() -> loop.execute(() -> writable.accept(SessionStream.this)));
        }

        @Override
        public void onNext(EncodedServerFrame frame) {
            loop.execute(() -> {
                waitsForKeepAlive = false;
                received.accept(SessionStream.this, frame);
            });
        }

        @Override
        public void onError(Throwable thrown) {
            loop.execute(() -> brokenBy(Failures.broken(thrown)));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> brokenBy(
                    new Broken(Failures.error(Reason.REASON_UNAVAILABLE, address + " ended the stream"), true, true)));
        }
    }
}
