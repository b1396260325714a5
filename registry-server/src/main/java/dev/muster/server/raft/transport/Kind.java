// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import org.jspecify.annotations.Nullable;

/** What a frame holds. A reply has the kind of its request, or is a refusal. */
public enum Kind {
    /** Why a request was not answered, in UTF-8. */
    REFUSAL(0),
    APPEND_ENTRIES(1),
    REQUEST_VOTE(2),
    INSTALL_SNAPSHOT(3),
    START_ELECTION(4);

    private final byte code;

    Kind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static @Nullable Kind of(byte code) {
        for (Kind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
