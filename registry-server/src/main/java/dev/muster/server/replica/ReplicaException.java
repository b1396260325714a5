// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.v1.Error;
import dev.muster.v1.Reason;

/** Why a replica did not do what it was asked. Carries the typed error that the caller is shown. */
public final class ReplicaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Error error;

    /** Wraps the error. */
    public ReplicaException(Error error) {
        super(error.getReason() + ": " + error.getMessage(), null, false, false);
        this.error = error;
    }

    /** An error without further fields. */
    public static ReplicaException of(Reason reason, String message) {
        return new ReplicaException(
                Error.newBuilder().setReason(reason).setMessage(message).build());
    }

    /** This node does not lead; {@code leaderAddress} is empty when nobody knows who does. */
    public static ReplicaException notLeader(String node, String leaderAddress) {
        String hint = leaderAddress.isEmpty() ? "no leader is known; try again" : "ask the leader at " + leaderAddress;
        return new ReplicaException(Error.newBuilder()
                .setReason(Reason.REASON_NOT_LEADER)
                .setMessage("node " + node + " does not lead: " + hint)
                .setLeader(leaderAddress)
                .build());
    }

    /** What the caller is shown. */
    public Error error() {
        return error;
    }
}
