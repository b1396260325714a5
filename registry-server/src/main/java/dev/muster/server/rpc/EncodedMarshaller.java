// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Sends messages that are encoded already; what is shared between streams is copied once, to the wire. Stateless. */
final class EncodedMarshaller implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString message) {
        return new Encoded(message);
    }

    @Override
    public ByteString parse(InputStream stream) {
        try {
            return ByteString.readFrom(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Encoded extends FilterInputStream implements KnownLength, Drainable {
        private final ByteString message;
        private boolean drained;

        private Encoded(ByteString message) {
            super(message.newInput());
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            message.writeTo(target);
            drained = true;
            return message.size();
        }

        @Override
        public int available() throws IOException {
            return drained ? 0 : super.available();
        }
    }
}
