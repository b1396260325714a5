// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.replica.FollowerReplica;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.KeyStatus;
import dev.muster.v1.Keyspace;
import dev.muster.v1.KeyspacesGrpc;
import dev.muster.v1.LedgerRange;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.LedgerResponse;
import dev.muster.v1.ListKeyspacesRequest;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Reason;
import dev.muster.v1.ReturnKeysRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KeyspaceServiceTest {
    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void setsFollowOneAnotherWithoutAGap() {
        create("invoice", 100);

        assertThat(next("invoice", 10)).isEqualTo(range(1, 10));
        assertThat(next("invoice", 1)).isEqualTo(range(11, 11));
        Keyspace listed =
                keyspaces(node).list(ListKeyspacesRequest.getDefaultInstance()).getKeyspaces(0);
        assertThat(listed.getName()).isEqualTo("invoice");
        assertThat(listed.getNext()).isEqualTo(number(12));
        assertThat(listed.getIssued()).isEqualTo(11);
        assertThat(listed.getClosed()).isFalse();
    }

    @Test
    void aSetOfNoSessionIsReturnedByAnybody() {
        create("invoice", 100);
        next("invoice", 10);
        keyspaces(node)
                .return_(ReturnKeysRequest.newBuilder()
                        .setKeyspace("invoice")
                        .setKeys(range(4, 10))
                        .build());

        LedgerResponse ledger = ledger(LedgerRequest.newBuilder().setKeyspace("invoice"));
        assertThat(ledger.getRangesList()).extracting(LedgerRange::getKeys).containsExactly(range(1, 3), range(4, 10));
        assertThat(ledger.getRangesList())
                .extracting(LedgerRange::getStatus)
                .containsExactly(KeyStatus.KEY_STATUS_ISSUED, KeyStatus.KEY_STATUS_RETURNED);
        assertThat(ledger.getRanges(0).getOwner()).isEqualTo("127.0.0.1");
        assertThat(ledger.getKeyspace().getReturned()).isEqualTo(7);
    }

    @Test
    void theLedgerComesPageByPage() {
        create("invoice", 1_000);
        for (int i = 0; i < 25; i++) {
            next("invoice", 3);
        }
        List<LedgerRange> all = new ArrayList<>();
        LedgerRequest.Builder request =
                LedgerRequest.newBuilder().setKeyspace("invoice").setPageSize(10);
        LedgerResponse page = ledger(request);
        while (page.getMore()) {
            assertThat(page.getRangesCount()).isEqualTo(10);
            all.addAll(page.getRangesList());
            page = ledger(request.setAbove(all.get(all.size() - 1).getKeys().getLast()));
        }
        all.addAll(page.getRangesList());

        assertThat(all).hasSize(25);
        for (int i = 0; i < 25; i++) {
            assertThat(all.get(i).getKeys()).isEqualTo(range(1 + 3L * i, 3 + 3L * i));
        }
    }

    @Test
    void anExhaustedKeyspaceRefusesAndNeverBeginsAgain() {
        create("invoice", 10);
        next("invoice", 10);

        StatusRuntimeException refused = Refusals.status(() -> next("invoice", 1));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(Refusals.error(refused).getReason()).isEqualTo(Reason.REASON_EXHAUSTED);
    }

    @Test
    void anUnknownKeyspaceIsRefused() {
        assertThat(Refusals.error(() -> next("orders", 1)).getReason()).isEqualTo(Reason.REASON_NOT_FOUND);
        assertThat(Refusals.error(() -> ledger(LedgerRequest.newBuilder().setKeyspace("orders")))
                        .getMessage())
                .isEqualTo("keyspace \"orders\" does not exist; create it first");
    }

    @Test
    void aFollowerPassesWritesOnAndReadsWhatWasAcknowledged() {
        FollowerReplica following = new FollowerReplica("node-2", node.single(), node.address());
        TestNode follower = TestNode.of(following);
        try {
            keyspaces(follower)
                    .create(CreateKeyspaceRequest.newBuilder()
                            .setName("invoice")
                            .build());
            NumberRange taken = keyspaces(follower)
                    .nextKeySet(NextKeySetRequest.newBuilder()
                            .setKeyspace("invoice")
                            .setSize(5)
                            .build())
                    .getKeys();
            assertThat(taken).isEqualTo(range(0, 4));
            assertThat(keyspaces(follower)
                            .list(ListKeyspacesRequest.getDefaultInstance())
                            .getKeyspaces(0)
                            .getNext())
                    .isEqualTo(number(5));
        } finally {
            follower.close();
        }
    }

    private void create(String name, long max) {
        keyspaces(node)
                .create(CreateKeyspaceRequest.newBuilder()
                        .setName(name)
                        .setStart(number(1))
                        .setMax(number(max))
                        .build());
    }

    private NumberRange next(String name, int size) {
        return keyspaces(node)
                .nextKeySet(NextKeySetRequest.newBuilder()
                        .setKeyspace(name)
                        .setSize(size)
                        .build())
                .getKeys();
    }

    private LedgerResponse ledger(LedgerRequest.Builder request) {
        return keyspaces(node).ledger(request.build());
    }

    private static KeyspacesGrpc.KeyspacesBlockingStub keyspaces(TestNode at) {
        return KeyspacesGrpc.newBlockingStub(at.channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static NumberRange range(long first, long last) {
        return NumberRange.newBuilder()
                .setFirst(number(first))
                .setLast(number(last))
                .build();
    }

    private static Number number(long value) {
        return Number.newBuilder().setLow(value).build();
    }
}
