// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.core.Limits;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.SingleReplica;
import dev.muster.v1.BackupsGrpc;
import dev.muster.v1.Consistency;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.SaveBackupRequest;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BackupsServiceTest {
    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void aBackupIsTheWholeStateWithEveryWriteThatWasAcknowledged() throws IOException {
        for (int i = 0; i < 4_000; i++) {
            Replicas.registered(node.replica, "orders", "instance-" + i, 0);
        }

        Iterator<SaveBackupResponse> chunks = BackupsGrpc.newBlockingStub(node.channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .save(SaveBackupRequest.getDefaultInstance());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        List<Long> revisions = new ArrayList<>();
        while (chunks.hasNext()) {
            SaveBackupResponse chunk = chunks.next();
            assertThat(chunk.getChunk().size()).isBetween(1, Limits.MAX_FRAME_BYTES);
            revisions.add(chunk.getHeader().getRevision());
            chunk.getChunk().writeTo(file);
        }

        Snapshot backup = SnapshotCodec.read(new ByteArrayInputStream(file.toByteArray()));
        assertThat(backup.state().contentHash()).isEqualTo(node.replica.state().contentHash());
        assertThat(revisions)
                .hasSizeGreaterThan(2)
                .containsOnly(node.replica.state().revision());
        assertThat(backup.header().getIndex()).isEqualTo(node.replica.located().index());
    }

    @Test
    void withoutALeaderOnlyALocalBackupIsMade() throws IOException {
        Replicas.registered(node.replica, "orders", "a", 0);
        ((SingleReplica) node.replica).loseLeadership("", "").join();

        assertThatThrownBy(() -> save(Consistency.CONSISTENCY_LINEARIZABLE).next())
                .satisfies(failure ->
                        assertThat(Refusals.error(failure).getReason()).isEqualTo(Reason.REASON_UNAVAILABLE));
        assertThat(save(Consistency.CONSISTENCY_LOCAL).next().getHeader().getRevision())
                .isEqualTo(node.replica.state().revision());
    }

    @Test
    void moreBackupsThanANodeMakesAtOnceAreRefusedInWords() {
        for (int i = 0; i < 20_000; i++) {
            Replicas.registered(node.replica, "orders", "instance-" + i, 0);
        }
        List<Stalled> stalled = new ArrayList<>();
        for (int i = 0; i < BackupsService.MAX_BACKUPS; i++) {
            Stalled reader = new Stalled();
            BackupsGrpc.newStub(node.channel).save(SaveBackupRequest.getDefaultInstance(), reader);
            await().until(() -> reader.received.get() == 1);
            stalled.add(reader);
        }

        assertThatThrownBy(() -> save(Consistency.CONSISTENCY_LOCAL).next()).satisfies(failure -> {
            assertThat(Refusals.error(failure).getReason()).isEqualTo(Reason.REASON_LIMIT);
            assertThat(Refusals.error(failure).getMessage())
                    .contains("makes " + BackupsService.MAX_BACKUPS + " backups already");
        });

        stalled.forEach(Stalled::leave);
        await("a reader that has gone frees its place")
                .untilAsserted(() -> assertThat(save(Consistency.CONSISTENCY_LOCAL)
                                .next()
                                .getChunk()
                                .size())
                        .isPositive());
    }

    private Iterator<SaveBackupResponse> save(Consistency consistency) {
        return BackupsGrpc.newBlockingStub(node.channel)
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .save(SaveBackupRequest.newBuilder()
                        .setRead(ReadOptions.newBuilder().setConsistency(consistency))
                        .build());
    }

    /** A reader that takes one message and no more. */
    private static final class Stalled implements ClientResponseObserver<SaveBackupRequest, SaveBackupResponse> {
        private final AtomicInteger received = new AtomicInteger();
        private ClientCallStreamObserver<SaveBackupRequest> call;

        void leave() {
            call.cancel("enough", null);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SaveBackupRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(SaveBackupResponse chunk) {
            received.incrementAndGet();
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }
}
