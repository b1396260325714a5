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
}
