// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** A JVM that can be asked, as {@code jcmd} does it. */
@FunctionalInterface
public interface JvmConsole {
    /**
     * Runs a diagnostic command and writes the answer as it comes.
     *
     * @param bound how long the whole answer may take
     * @throws IOException if there is no whole answer within the bound, saying why; a part may have been written
     */
    void ask(String command, Duration bound, OutputStream answer) throws IOException;
}
