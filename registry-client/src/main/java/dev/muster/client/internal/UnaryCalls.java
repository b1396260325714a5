// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.Reason;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Single calls: reads, orders to the cluster, and writes without a session. A read is tried at one node after the other
 * until the request timeout; whatever else is tried again only after a refusal that says it was not executed. Safe for
 * any thread.
 */
final class UnaryCalls {
    /** A node that hangs is not waited for longer than this share allows, so that the others get their turn. */
    private static final Duration SHORTEST_TRY = Duration.ofMillis(100);

    private final Loop loop;
    private final LeaderChannel channels;
    private final Duration timeout;
    private final RandomGenerator random;

    UnaryCalls(Loop loop, LeaderChannel channels, Duration timeout, RandomGenerator random) {
        this.loop = loop;
        this.channels = channels;
        this.timeout = timeout;
        this.random = random;
    }

    /** Asks any node, and the others if that one cannot answer. */
    <Q, R> CompletableFuture<R> read(MethodDescriptor<Q, R> method, Q request) {
        return start(new Call<>(method, request, true, null));
    }

    /** Tells any node, and another one only if the first has certainly done nothing. */
    <Q, R> CompletableFuture<R> write(MethodDescriptor<Q, R> method, Q request) {
        return start(new Call<>(method, request, false, null));
    }

    /** Asks or tells this node, once. */
    <Q, R> CompletableFuture<R> at(String address, MethodDescriptor<Q, R> method, Q request) {
        return start(new Call<>(method, request, false, address));
    }

    private <Q, R> CompletableFuture<R> start(Call<Q, R> call) {
        loop.execute(call::attempt);
        return call.answer;
    }

    /** One call with its attempts. Confined to the loop. */
    private final class Call<Q, R> {
        private final MethodDescriptor<Q, R> method;
        private final Q request;
        private final boolean read;
        private final @Nullable String only;
        private final CompletableFuture<R> answer = new CompletableFuture<>();
        private final long deadline = loop.nanoTime() + timeout.toNanos();
        private final Backoff backoff = new Backoff(random);
        private int tooOld;

        Call(MethodDescriptor<Q, R> method, Q request, boolean read, @Nullable String only) {
            this.method = method;
            this.request = request;
            this.read = read;
            this.only = only;
        }

        void attempt() {
            if (answer.isDone()) {
                return;
            }
            String address = only == null ? channels.any() : only;
            CallOptions options =
                    CallOptions.DEFAULT.withDeadlineAfter(patience().toNanos(), TimeUnit.NANOSECONDS);
            try {
                ClientCalls.asyncUnaryCall(
                        channels.channel(address).newCall(method, options), request, new Hearer(address));
            } catch (IllegalArgumentException e) {
                answer.completeExceptionally(new MusterException(
                        MusterException.Reason.INVALID,
                        Fate.NOT_APPLIED,
                        "address: " + address + " (expected: host:port)",
                        0,
                        e));
            }
        }

        private Duration patience() {
            long left = Math.max(1, deadline - loop.nanoTime());
            if (!read) {
                return Duration.ofNanos(left);
            }
            long share =
                    Math.max(timeout.dividedBy(channels.endpoints().size() + 1L).toNanos(), SHORTEST_TRY.toNanos());
            return Duration.ofNanos(Math.min(left, share));
        }

        private void broken(String address, Broken broken) {
            if (broken.answered()) {
                if (helpsElsewhere(broken)) {
                    channels.refused(address);
                }
            } else {
                channels.failed(address);
            }
            Duration pause = backoff.next();
            boolean again = only == null && mayTryAgain(broken);
            if (again && deadline - loop.nanoTime() > pause.toNanos()) {
                loop.schedule(pause, this::attempt);
            } else {
                fail(address, broken);
            }
        }

        private boolean mayTryAgain(Broken broken) {
            Reason reason = broken.error().getReason();
            if (!broken.answered()) {
                return reason == Reason.REASON_UNAVAILABLE && (read || !broken.delivered());
            }
            if (reason == Reason.REASON_TOO_OLD) {
                return read && ++tooOld < channels.endpoints().size();
            }
            return Failures.mayPass(reason) || (read && reason == Reason.REASON_UNKNOWN_OUTCOME);
        }

        private boolean helpsElsewhere(Broken broken) {
            return Failures.mayPass(broken.error().getReason())
                    || broken.error().getReason() == Reason.REASON_TOO_OLD;
        }

        private void fail(String address, Broken broken) {
            Fate fate = read ? Fate.NOT_APPLIED : broken.fateOfWrite();
            MusterException failure = Failures.exception(broken.error(), fate);
            answer.completeExceptionally(
                    broken.answered()
                            ? failure
                            : new MusterException(
                                    fate == Fate.UNKNOWN ? MusterException.Reason.UNKNOWN_OUTCOME : failure.reason(),
                                    fate,
                                    address + ": " + failure.detail()));
        }

        /** Runs on gRPC's thread. */
        private final class Hearer implements StreamObserver<R> {
            private final String address;

            Hearer(String address) {
                this.address = address;
            }

            @Override
            public void onNext(R response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable thrown) {
                loop.execute(() -> broken(address, Failures.broken(thrown)));
            }

            @Override
            public void onCompleted() {}
        }
    }
}
