// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/**
 * The two outputs of a command: data and talk. What was said is written through at once, and lost data is noticed. Safe
 * for use by any number of threads.
 */
public final class Console {
    private final PrintWriter data;
    private final PrintWriter talk;

    /** A console that writes to these two. */
    public Console(PrintWriter data, PrintWriter talk) {
        this.data = data;
        this.talk = talk;
    }

    /** Where data goes, for what writes by itself; {@link #flush} has to follow. */
    public PrintWriter dataWriter() {
        return data;
    }

    /**
     * Writes data, which may be several lines, and ends it with a new line.
     *
     * @throws UncheckedIOException when it could not be written
     */
    public void data(String text) {
        synchronized (data) {
            data.append(text).append('\n');
            flush();
        }
    }

    /** Tells the user one line. What cannot be told is dropped: there is nobody to complain to. */
    public void talk(String line) {
        synchronized (talk) {
            talk.append(Text.line(line)).append('\n').flush();
        }
    }

    /** Tells the user where a failure came from. */
    public void trace(Throwable failure) {
        synchronized (talk) {
            failure.printStackTrace(talk);
            talk.flush();
        }
    }

    /**
     * Hands over all data written so far.
     *
     * @throws UncheckedIOException when it could not be written
     */
    public void flush() {
        if (data.checkError()) {
            throw new UncheckedIOException(
                    "cannot write to the standard output (expected: an open file or pipe with room left)",
                    new IOException("write failed"));
        }
    }
}
