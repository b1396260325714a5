// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Change;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.ServiceInstance;
import dev.muster.client.WriteResult;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that asks for what it does not get. */
@ClusterTest
final class RefusedWritesTest {
    /** More than a session has on its way at once. */
    private static final int REFUSED = 10_000;

    @Test
    @Tag("long")
    void whoIsRefusedForALongTimeIsServedAsSoonAsHeAsksForWhatHeMayHave(TestCluster cluster) {
        MusterClient client = cluster.client();
        Change nowhere = Change.register(ServiceInstance.of("web", "w0"));
        List<CompletableFuture<Reason>> refusals = new ArrayList<>();
        for (int i = 0; i < REFUSED; i++) {
            refusals.add(client.writeAsync(nowhere).handle(RefusedWritesTest::reason));
        }
        assertThat(refusals).allSatisfy(refusal -> assertThat(refusal.join()).isEqualTo(Reason.INVALID));

        Change somewhere = Change.register(ServiceInstance.of("web", "w0").endpoint("http", "10.0.0.1", 80));
        assertThat(client.write(somewhere).incarnations()).hasSize(1);
    }

    private static Reason reason(WriteResult result, Throwable failure) {
        return failure instanceof MusterException refusal ? refusal.reason() : Reason.INTERNAL;
    }
}
