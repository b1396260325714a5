// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

/** Which ports a node uses, counted from its client port. */
final class Ports {
    static final int RAFT_OFFSET = 1;
    static final int HTTP_OFFSET = 2;
    /** Kept free for name lookups over DNS. */
    static final int LAST_OFFSET = 3;

    static final int MAX = 65_535;

    private Ports() {}
}
