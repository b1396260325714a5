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
    private static final long CALL_MILLIS = 400;

    private final String name;
    private final String service;
    private final RawNode node;
    private final History history;

    Lister(String name, String service, RawNode node, History history) {
        this.name = name;
        this.service = service;
        this.node = node;
        this.history = history;
    }

    /** Asks once. */
    void list() {
        History.Pending call = history.begin(name, Kind.LIST, service, "", "");
        try {
            long revision = node.registry()
                    .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                    .lookup(LookupRequest.newBuilder().setService(service).build())
                    .getHeader()
                    .getRevision();
            call.ok("", revision);
        } catch (StatusRuntimeException e) {
            call.failed(Outcome.REFUSED);
        }
    }
}
