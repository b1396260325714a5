// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.probe;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Asks the standard health service of a gRPC server, each time over a connection of its own, in plaintext. Its two
 * messages have one field each and are written and read here. Stateless.
 */
final class GrpcHealth {
    /** Field 1, a text. */
    private static final byte SERVICE = 0x0a;
    /** Field 1, a number. */
    private static final byte STATUS = 0x08;

    private static final byte SERVING = 1;

    private static final MethodDescriptor<byte[], byte[]> CHECK = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("grpc.health.v1.Health/Check")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();

    private GrpcHealth() {}

    /** Whether the service serves; the empty one stands for the server. Waits no longer than the timeout. */
    static boolean serves(String address, String service, Duration timeout) {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .directExecutor()
                .disableServiceConfigLookUp()
                .build();
        try {
            byte[] answer = ClientCalls.blockingUnaryCall(
                    channel,
                    CHECK,
                    CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS),
                    request(service));
            return answer.length >= 2 && answer[0] == STATUS && answer[1] == SERVING;
        } catch (StatusRuntimeException e) {
            return false;
        } finally {
            channel.shutdownNow();
        }
    }

    private static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0) {
            return name;
        }
        byte[] request = new byte[name.length + 2];
        request[0] = SERVICE;
        // Names are shorter than 128 bytes, so their length is one.
        request[1] = (byte) name.length;
        System.arraycopy(name, 0, request, 2, name.length);
        return request;
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
