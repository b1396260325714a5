// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import java.io.IOException;

/** A snapshot that is whole, and written by a release that knows more than this one. */
public final class NewerSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    NewerSnapshotException(String message) {
        super(message + ": install the version that wrote it");
    }
}
