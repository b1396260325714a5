// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import dev.muster.v1.LeasesGrpc;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.SessionsGrpc;
import dev.muster.v1.WatchGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One node's services without the client between: for requests that no client would send. Safe for any thread. */
public final class RawNode implements AutoCloseable {
    private static final int LONGEST_CALL_SECONDS = 10;

    private final ManagedChannel channel;

    private RawNode(ManagedChannel channel) {
        this.channel = channel;
    }

    /** The services at this client port. */
    public static RawNode at(String endpoint) {
        return new RawNode(ManagedChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build());
    }

    /** What its calls go through. */
    public ManagedChannel channel() {
        return channel;
    }

    /** The registry; each call has 10 s. */
    public RegistryGrpc.RegistryBlockingStub registry() {
        return RegistryGrpc.newBlockingStub(channel).withDeadlineAfter(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** Its leases; each call has 10 s. */
    public LeasesGrpc.LeasesBlockingStub leases() {
        return LeasesGrpc.newBlockingStub(channel).withDeadlineAfter(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** Its sessions. */
    public SessionsGrpc.SessionsStub sessions() {
        return SessionsGrpc.newStub(channel);
    }

    /** Its watches. */
    public WatchGrpc.WatchStub watch() {
        return WatchGrpc.newStub(channel);
    }

    /** Looks up and waits for the answer. */
    public LookupResponse lookup(LookupRequest request) {
        return registry().lookup(request);
    }

    /** Looks up without waiting. */
    public Future<LookupResponse> lookupAsync(LookupRequest request) {
        return RegistryGrpc.newFutureStub(channel)
                .withDeadlineAfter(LONGEST_CALL_SECONDS, TimeUnit.SECONDS)
                .lookup(request);
    }

    /** The answer, or nothing if it was refused. */
    public static <T> Optional<T> answer(Future<T> future) {
        try {
            return Optional.of(future.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException) {
                return Optional.empty();
            }
            throw new AssertionError("a call failed in a way of its own", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
