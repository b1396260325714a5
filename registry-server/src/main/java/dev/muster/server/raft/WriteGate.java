// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.internal.v1.Command;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps the commands of clients out for a while; what the nodes command themselves passes. Thread-safe. */
final class WriteGate {
    private volatile @Nullable ReplicaException closedBecause;

    /** Closed for this reason from now on; open without one. */
    void set(Optional<String> why) {
        closedBecause = why.map(text -> ReplicaException.of(Reason.REASON_UNAVAILABLE, text))
                .orElse(null);
    }

    /** Why the command must not enter; null if it may. */
    @Nullable
    ReplicaException refusalOf(Command command) {
        return command.getOpCase().getNumber() < Command.TERM_STARTED_FIELD_NUMBER ? closedBecause : null;
    }
}
