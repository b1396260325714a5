// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;

/**
 * Remembers when this node last heard a leader and since when it stands for election, for the day it becomes leader
 * itself. Ratis tells neither by a callback, so it looks now and then, and is as exact as that. Thread-safe.
 */
final class Succession {
    private static final long NEVER = Long.MIN_VALUE;

    private final LongSupplier nanos;
    private long heard = NEVER;
    private long stood = NEVER;

    Succession(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Looks at the role of this node. */
    synchronized void look(RoleInfoProto role) {
        switch (role.getRole()) {
            case FOLLOWER -> {
                if (role.getFollowerInfo().hasLeaderInfo()) {
                    heard = ago(role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs());
                    stood = NEVER;
                }
            }
            case CANDIDATE -> stood = Math.max(stood, ago(role.getRoleElapsedTimeMs()));
            case LEADER, LISTENER, UNRECOGNIZED -> {}
        }
    }

    /** This node is about to stand. */
    synchronized void stands() {
        stood = nanos.getAsLong();
    }

    /** How long ago a leader was heard, 0 if none ever was. */
    synchronized int silenceMillis() {
        return millisSince(heard);
    }

    /** How long ago this node stood, 0 if that was not seen. */
    synchronized int electionMillis() {
        return millisSince(stood);
    }

    /** What is known is of the past: this node leads now. */
    synchronized void forget() {
        heard = NEVER;
        stood = NEVER;
    }

    private long ago(long millis) {
        return nanos.getAsLong() - TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private int millisSince(long moment) {
        long millis = moment == NEVER ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - moment);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, millis));
    }
}
