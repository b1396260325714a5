// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import com.google.protobuf.ByteString;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Result;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.Message;

/**
 * Commands that enter the log as one entry, and those who wait for them. It rides through Ratis as the message of its
 * request, so that the node that took the commands completes them right from apply, without another encoding.
 */
final class Batch implements Message {
    private final List<Waiting> waiting;
    private final ByteString entry;
    private volatile boolean appended;

    Batch(List<Waiting> waiting, ByteString entry) {
        this.waiting = waiting;
        this.entry = entry;
    }

    /** A command and the future of its outcome. */
    record Waiting(Command command, CompletableFuture<Result> outcome) {}

    @Override
    public org.apache.ratis.thirdparty.com.google.protobuf.ByteString getContent() {
        return org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations.unsafeWrap(
                entry.asReadOnlyByteBuffer());
    }

    /** From now on the entry may be committed, whatever becomes of this leader. */
    void markAppended() {
        appended = true;
    }

    /** Whether the entry reached the log, so that its fate may be unknown. */
    boolean appended() {
        return appended;
    }

    void complete(int position, Result result) {
        waiting.get(position).outcome().complete(result);
    }

    void fail(ReplicaException why) {
        waiting.forEach(one -> one.outcome().completeExceptionally(why));
    }
}
