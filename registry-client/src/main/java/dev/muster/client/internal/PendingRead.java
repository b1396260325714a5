// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.encoded.v1.EncodedLookupResponse;
import dev.muster.v1.LookupRequest;
import java.util.concurrent.CompletableFuture;

/** One lookup on its way. Confined to the loop, except for its answer. */
final class PendingRead {
    private final LookupRequest request;
    private final long deadlineNanos;
    private final CompletableFuture<EncodedLookupResponse> answer = new CompletableFuture<>();
    private long sentNanos;

    /** A lookup whose answer is waited for until a time of the loop's clock. */
    PendingRead(LookupRequest request, long deadlineNanos) {
        this.request = request;
        this.deadlineNanos = deadlineNanos;
    }

    LookupRequest request() {
        return request;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    CompletableFuture<EncodedLookupResponse> answer() {
        return answer;
    }

    void sent(long nanos) {
        sentNanos = nanos;
    }

    /** For how long it has been on its way, in nanoseconds. */
    long underWayNanos(long now) {
        return now - sentNanos;
    }
}
