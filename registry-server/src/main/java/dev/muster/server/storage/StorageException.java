// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

/** Why a data folder cannot be used. The message names the file and says what to do. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What an operator has to deal with. */
    public enum Kind {
        /** Another process uses the folder. */
        IN_USE,
        /** The folder belongs to another node or another cluster. */
        FOREIGN,
        /** What is in the folder is damaged or incomplete: the node has to rejoin with an empty one. */
        UNUSABLE,
        /** The file of its votes is gone, and the rest is whole: the node must not vote again as who it was. */
        VOTES_LOST,
        /** What is in the folder is not needed and was marked to be set aside: the node has to be started again. */
        SET_ASIDE,
        /** What is in the folder was written by a newer release: this one would misread it. */
        NEWER,
        /** The operating system refused to read or write. */
        IO
    }

    private final Kind kind;

    /** A failure with its message for the operator. */
    public StorageException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** A failure with its cause. */
    public StorageException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What the operator has to deal with. */
    public Kind kind() {
        return kind;
    }
}
