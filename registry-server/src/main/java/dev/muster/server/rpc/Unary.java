// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers calls of one request and one response from futures. Every call is answered within its deadline, or within
 * {@link #DEFAULT_DEADLINE} if it has none. Thread-safe.
 *
 * <p>An answer that is not there at once leaves through the executor: the thread that applies commands has other work.
 */
final class Unary {
    static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    private final Executor executor;

    Unary(Executor executor) {
        this.executor = executor;
    }

    /** Answers a call that changes nothing. */
    <T> void read(StreamObserver<T> observer, Supplier<CompletableFuture<T>> work) {
        finish(observer, within(start(work)));
    }

    /** Answers a write: refusals become statuses, and after the deadline nobody knows its fate. */
    <T> void write(StreamObserver<T> observer, Supplier<CompletableFuture<Result>> work, Function<Result, T> response) {
        finish(observer, within(start(work)).handle((result, failure) -> respond(result, failure, response)));
    }

    private <T> void finish(StreamObserver<T> observer, CompletableFuture<T> answer) {
        if (answer.isDone()) {
            var unused = answer.whenComplete((value, failure) -> answer(observer, value, failure));
        } else {
            var unused = answer.whenCompleteAsync((value, failure) -> answer(observer, value, failure), executor);
        }
    }

    private static <T> T respond(@Nullable Result result, @Nullable Throwable failure, Function<Result, T> response) {
        if (result == null) {
            throw failure != null && Statuses.unwrap(failure) instanceof TimeoutException
                    ? unknown()
                    : new CompletionException(failure);
        }
        if (result.hasError()) {
            throw new ReplicaException(result.getError());
        }
        return response.apply(result);
    }

    private static ReplicaException unknown() {
        return ReplicaException.of(
                Reason.REASON_UNKNOWN_OUTCOME,
                "the write was not confirmed in time: it may be done, or be done later; read before you repeat it");
    }

    private static <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private static <T> CompletableFuture<T> within(CompletableFuture<T> answer) {
        if (answer.isDone()) {
            return answer;
        }
        return answer.copy().orTimeout(nanosLeft(), TimeUnit.NANOSECONDS);
    }

    /** How long the current call may still take. */
    static long nanosLeft() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null
                ? DEFAULT_DEADLINE.toNanos()
                : Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS));
    }

    private static <T> void answer(StreamObserver<T> observer, @Nullable T value, @Nullable Throwable failure) {
        ServerCallStreamObserver<T> call = (ServerCallStreamObserver<T>) observer;
        if (call.isCancelled()) {
            return;
        }
        if (value != null) {
            call.onNext(value);
            call.onCompleted();
        } else {
            call.onError(Statuses.of(failure == null ? new IllegalStateException("no answer") : failure));
        }
    }
}
