// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;

/** Cuts what is written to it into chunks. The last one comes when it is closed. For one thread. */
final class ChunkedOutput extends OutputStream {
    static final int CHUNK_BYTES = 256 * 1024;

    /** Takes the chunks. */
    interface Sink {
        void take(ByteString chunk) throws IOException;
    }

    private final Sink sink;
    private final ByteString.Output chunk = ByteString.newOutput(CHUNK_BYTES);

    ChunkedOutput(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, CHUNK_BYTES - chunk.size());
            chunk.write(bytes, offset + done, part);
            done += part;
            if (chunk.size() == CHUNK_BYTES) {
                cut();
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (chunk.size() > 0) {
            cut();
        }
    }

    private void cut() throws IOException {
        sink.take(chunk.toByteString());
        chunk.reset();
    }
}
