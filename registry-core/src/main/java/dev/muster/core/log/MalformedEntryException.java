// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.log;

/** Says why bytes are no log entry of this cluster and group. */
public final class MalformedEntryException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedEntryException(String message) {
        super(message);
    }

    MalformedEntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
