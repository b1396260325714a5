// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.io.IOException;
import java.io.OutputStream;

/** Passes on so many bytes, then none. Confined to one thread. */
final class BoundedOutput extends OutputStream {
    private final OutputStream out;
    private final long max;
    private long written;
    private boolean cut;

    BoundedOutput(OutputStream out, long max) {
        this.out = out;
        this.max = max;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int pass = (int) Math.min(length, max - written);
        out.write(bytes, from, pass);
        written += pass;
        cut |= pass < length;
    }

    long written() {
        return written;
    }

    boolean isCut() {
        return cut;
    }
}
