// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.backup.EntryTail;
import dev.muster.server.replica.AppliedEntry;
import dev.muster.server.replica.Located;
import dev.muster.server.replica.Replica;
import dev.muster.v1.FollowBackupResponse;
import dev.muster.v1.FollowedEntry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A backup that never ends, for one reader: a whole state, then each entry that is applied to it. Where the reader stands
 * is an index and the chain there; as long as the next entry was applied to that chain there is no gap. Else, and when
 * the reader fell too far behind, it is sent a whole state again. Run by one thread.
 */
final class FollowStream {
    private static final int FRAME_BYTES = 512 * 1024;
    private static final long WAIT_MILLIS = 500;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String groupId;
    private final Replica replica;
    private final EntryTail tail;
    private final PacedReader<FollowBackupResponse> reader;
    private long index;
    private long chain;
    private long sentNanos;

    FollowStream(String groupId, Replica replica, EntryTail tail, PacedReader<FollowBackupResponse> reader) {
        this.groupId = groupId;
        this.replica = replica;
        this.tail = tail;
        this.reader = reader;
    }

    /** Until the reader has gone. */
    void run(ByteString token) throws IOException {
        if (token.isEmpty()) {
            sendWhole();
        } else {
            FollowToken resumed = FollowToken.decode(token, replica.state());
            index = resumed.index();
            chain = resumed.chain();
        }
        while (!reader.hasGone()) {
            step();
        }
    }

    private void step() throws IOException {
        Located now = replica.located();
        List<AppliedEntry> next = tail.above(index, FRAME_BYTES);
        if (next == null || !joins(now, next)) {
            sendWhole();
        } else if (!next.isEmpty()) {
            sendEntries(now, next);
        } else if (System.nanoTime() - sentNanos >= QUIET_NANOS) {
            send(frame(now));
        } else {
            await();
        }
    }

    /** Whether what comes next, or the state as it is when nothing does, follows upon what the reader has. */
    private boolean joins(Located now, List<AppliedEntry> next) {
        return next.isEmpty()
                ? now.index() <= index || now.state().chain() == chain
                : next.get(0).chainBefore() == chain;
    }

    private void await() {
        try {
            tail.await(index, WAIT_MILLIS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw PacedReader.stops();
        }
    }

    private void sendWhole() throws IOException {
        Located whole = replica.located();
        send(FollowBackupResponse.newBuilder()
                .setHeader(whole.state().header(-1))
                .setBaseBegins(true));
        try (ChunkedOutput out = new ChunkedOutput(chunk -> send(FollowBackupResponse.newBuilder()
                .setHeader(whole.state().header(-1))
                .setChunk(chunk)))) {
            SnapshotCodec.write(whole.state(), new SnapshotCodec.Position(groupId, whole.term(), whole.index()), out);
        }
        index = whole.index();
        chain = whole.state().chain();
        send(frame(whole).setBaseEnds(true));
    }

    private void sendEntries(Located now, List<AppliedEntry> entries) throws IOException {
        FollowBackupResponse.Builder frame = FollowBackupResponse.newBuilder();
        for (AppliedEntry entry : entries) {
            frame.addEntries(FollowedEntry.newBuilder()
                    .setIndex(entry.index())
                    .setData(entry.data())
                    .setRevision(entry.revision())
                    .setChain(entry.chain()));
            index = entry.index();
            chain = entry.chain();
        }
        send(frame.mergeFrom(frame(now).build()));
    }

    private FollowBackupResponse.Builder frame(Located now) {
        return FollowBackupResponse.newBuilder()
                .setHeader(now.state().header(-1))
                .setResumeToken(FollowToken.of(now.state(), index, chain).encode());
    }

    private void send(FollowBackupResponse.Builder frame) throws IOException {
        reader.send(frame.build());
        sentNanos = System.nanoTime();
    }
}
