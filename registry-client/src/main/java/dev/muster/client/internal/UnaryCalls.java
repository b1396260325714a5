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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

    /** Belongs to the loop, like what follows. */
    private final Set<Call<?, ?>> open = new LinkedHashSet<>();

    private boolean closed;

    UnaryCalls(Loop loop, LeaderChannel channels, Duration timeout, RandomGenerator random) {
        this.loop = loop;
        this.channels = channels;
        this.timeout = timeout;
        this.random = random;
    }

    /** Asks any node, and the others if that one cannot answer. */
    <Q, R> CompletableFuture<R> read(MethodDescriptor<Q, R> method, Q request) {
        return read(method, request, loop.nanoTime() + timeout.toNanos());
    }

    /** Asks like the other, until a time of the loop's clock. */
    <Q, R> CompletableFuture<R> read(MethodDescriptor<Q, R> method, Q request, long deadlineNanos) {
        return start(new Call<>(method, request, true, null, deadlineNanos));
    }

    /** How long one node is waited for before a read is tried at the next one. */
    Duration patience() {
        Duration share = timeout.dividedBy(channels.endpoints().size() + 1L);
        return share.compareTo(SHORTEST_TRY) < 0 ? SHORTEST_TRY : share;
    }

    /** Tells any node, and another one only if the first has certainly done nothing. */
    <Q, R> CompletableFuture<R> write(MethodDescriptor<Q, R> method, Q request) {
        return start(new Call<>(method, request, false, null, loop.nanoTime() + timeout.toNanos()));
    }

    /** Asks or tells this node, once. */
    <Q, R> CompletableFuture<R> at(String address, MethodDescriptor<Q, R> method, Q request) {
        return start(new Call<>(method, request, false, address, loop.nanoTime() + timeout.toNanos()));
    }

    /** Fails what has no answer: nobody will answer any more. On the loop. */
    void close() {
        closed = true;
        List.copyOf(open).forEach(Call::abandon);
    }

    private <Q, R> CompletableFuture<R> start(Call<Q, R> call) {
        loop.execute(call::begin);
        return call.answer;
    }

    /** One call with its attempts. Confined to the loop. */
    private final class Call<Q, R> {
        private final MethodDescriptor<Q, R> method;
        private final Q request;
        private final boolean read;
        private final @Nullable String only;
        private final CompletableFuture<R> answer = new CompletableFuture<>();
        private final long deadline;
        private final Backoff backoff = new Backoff(random, channels.endpoints().size());
        private int tooOld;

        Call(MethodDescriptor<Q, R> method, Q request, boolean read, @Nullable String only, long deadline) {
            this.method = method;
            this.request = request;
            this.read = read;
            this.only = only;
            this.deadline = deadline;
        }

        void begin() {
            if (closed) {
                fail(Fate.NOT_APPLIED, "the client is closed");
                return;
            }
            open.add(this);
            Futures.whenDone(answer, (value, failure) -> loop.execute(() -> open.remove(this)));
            attempt();
        }

        void abandon() {
            fail(read ? Fate.NOT_APPLIED : Fate.UNKNOWN, "the client was closed before the registry answered");
        }

        private void fail(Fate fate, String message) {
            answer.completeExceptionally(new MusterException(
                    fate == Fate.UNKNOWN ? MusterException.Reason.UNKNOWN_OUTCOME : MusterException.Reason.UNAVAILABLE,
                    fate,
                    message));
        }

        private void attempt() {
            if (answer.isDone()) {
                return;
            }
            String address = only == null ? channels.any() : only;
            CallOptions options =
                    CallOptions.DEFAULT.withDeadlineAfter(nextTry().toNanos(), TimeUnit.NANOSECONDS);
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

        private Duration nextTry() {
            Duration left = Duration.ofNanos(Math.max(1, deadline - loop.nanoTime()));
            return read && patience().compareTo(left) < 0 ? patience() : left;
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
            return read ? Failures.passesElsewhere(reason) : Failures.mayPass(reason);
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
