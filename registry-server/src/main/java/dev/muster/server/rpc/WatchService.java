// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Replica;
import dev.muster.server.watch.WatchHub;
import dev.muster.v1.WatchGrpc;
import dev.muster.v1.WatchRequest;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** Streams of watches, on any node. Thread-safe. */
final class WatchService implements BindableService {
    /** What a stream needs of the node. */
    record Needs(NodeInfo node, Replica replica, Freshness freshness, WatchHub hub) {}

    private final Needs needs;

    WatchService(Needs needs) {
        this.needs = needs;
    }

    /** The service as the schema says, but for responses that come encoded. */
    @Override
    public ServerServiceDefinition bindService() {
        MethodDescriptor<WatchRequest, ByteString> open = WatchGrpc.getOpenMethod().toBuilder(
                        WatchGrpc.getOpenMethod().getRequestMarshaller(), new EncodedMarshaller())
                .build();
        ServiceDescriptor service = ServiceDescriptor.newBuilder(WatchGrpc.SERVICE_NAME)
                .setSchemaDescriptor(WatchGrpc.getServiceDescriptor().getSchemaDescriptor())
                .addMethod(open)
                .build();
        return ServerServiceDefinition.builder(service)
                .addMethod(open, ServerCalls.asyncBidiStreamingCall(this::open))
                .build();
    }

    private StreamObserver<WatchRequest> open(StreamObserver<ByteString> observer) {
        WatchCall call = new WatchCall(needs, (ServerCallStreamObserver<ByteString>) observer);
        call.start();
        return call;
    }
}
