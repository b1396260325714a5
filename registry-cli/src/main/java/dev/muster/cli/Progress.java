// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Bytes;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** Tells the user now and then how much has been written. For one thread. */
final class Progress extends FilterOutputStream {
    private static final Duration PACE = Duration.ofSeconds(1);

    private final Context context;
    private Deadline next;
    private long written;

    Progress(OutputStream out, Context context) {
        super(out);
        this.context = context;
        this.next = context.deadline(PACE);
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        count(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        count(length);
    }

    private void count(int length) {
        written += length;
        if (next.isOver()) {
            next = context.deadline(PACE);
            context.output().talk(Bytes.human(written) + " so far...");
        }
    }
}
