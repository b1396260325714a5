// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.io.IOException;

/** A JVM gave no answer, and of which kind that is. */
public final class AttachException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What the asker may expect of asking again. */
    public enum Kind {
        /** The process is not there any more. */
        GONE,
        /** It is there and says nothing: stopped, hung, or too busy. Later, it may. */
        SILENT,
        /** It does not let itself be asked, or not this. */
        REFUSED
    }

    private final Kind kind;

    AttachException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** The kind of silence. */
    public Kind kind() {
        return kind;
    }
}
