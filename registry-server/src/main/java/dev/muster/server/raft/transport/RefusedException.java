// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import java.io.IOException;

/** The peer took the request and answered why it does not do it. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message);
    }
}
