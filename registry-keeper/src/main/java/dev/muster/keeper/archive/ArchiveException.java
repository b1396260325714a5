// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import org.jspecify.annotations.Nullable;

/** The archive's folder cannot be used; the message says which and what to do. */
public final class ArchiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ArchiveException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
