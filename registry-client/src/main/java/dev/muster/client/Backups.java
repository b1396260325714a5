// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Backups of the whole registry, taken from any node while it runs. What comes is in the registry's own format, checked
 * by its reader. Safe for use by any number of threads.
 */
public interface Backups {
    /**
     * Writes one backup and returns where it stands. Takes as long as the registry is large: blocks until all was
     * written, or until no node has sent anything for the request timeout. The stream is neither flushed nor closed.
     *
     * @param consistency how fresh the backup has to be; LINEARIZABLE shows every write acknowledged before this call
     * @throws MusterException when no node sent a whole one; what was written by then is no backup
     * @throws UncheckedIOException when the stream did not take it
     */
    Position save(Consistency consistency, OutputStream out);

    /**
     * A backup that never ends: a whole one, then every change as it is applied, without a gap. Goes on by itself at
     * another node when its own fails. Runs on the caller's thread, until the follower wants the end.
     *
     * @param token where to go on; empty to begin with a whole backup
     * @throws MusterException when it cannot go on: the token is of another cluster, or is none
     */
    void follow(byte[] token, Follower follower);

    /** Takes a backup that never ends. Called by the thread that follows, one call at a time. */
    interface Follower {
        /**
         * The next piece, in the registry's own form. Comes about once a second, if nothing happens too.
         *
         * @param position where the node stands that sent it
         * @return whether to go on
         */
        boolean frame(Position position, byte[] piece);

        /** The node failed; another one is asked. Returns whether to go on. */
        boolean away(MusterException why);
    }
}
