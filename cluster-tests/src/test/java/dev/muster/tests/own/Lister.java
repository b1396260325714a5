// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.history.History;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import dev.muster.tests.RawNode;
import dev.muster.v1.LookupRequest;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;

/** Asks one node for a list again and again, and keeps the revision of each answer. For one thread. */
final class Lister {
    private static final String SERVICE = "chaos-0";
    private static final long CALL_MILLIS = 400;

    private final String name;
    private final RawNode node;
    private final History history;

    Lister(String name, RawNode node, History history) {
        this.name = name;
        this.node = node;
        this.history = history;
    }

    /** Asks once. */
    void list() {
        History.Pending call = history.begin(name, Kind.LIST, SERVICE, "", "");
        try {
            long revision = node.registry()
                    .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                    .lookup(LookupRequest.newBuilder().setService(SERVICE).build())
                    .getHeader()
                    .getRevision();
            call.ok("", revision);
        } catch (StatusRuntimeException e) {
            call.failed(Outcome.REFUSED);
        }
    }
}
