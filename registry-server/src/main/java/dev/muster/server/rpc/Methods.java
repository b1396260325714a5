// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.v1.Reason;
import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The methods that the port serves. Those of the registry come when the node has a replica; until then they are answered
 * with UNAVAILABLE, which sends clients to another node, and not as if they did not exist. Thread-safe.
 */
final class Methods extends HandlerRegistry {
    private static final String OURS = "muster.";

    private final Map<String, ServerServiceDefinition> services = new ConcurrentHashMap<>();
    private volatile boolean complete;

    /** Adds the service, in place of the one of its name. */
    void add(BindableService service, ServerInterceptor... outermostFirst) {
        ServerServiceDefinition definition = ServerInterceptors.interceptForward(service.bindService(), outermostFirst);
        services.put(definition.getServiceDescriptor().getName(), definition);
    }

    void complete() {
        complete = true;
    }

    @Override
    public List<ServerServiceDefinition> getServices() {
        return List.copyOf(services.values());
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        String serviceName = MethodDescriptor.extractFullServiceName(name);
        ServerServiceDefinition service = serviceName == null ? null : services.get(serviceName);
        if (service != null) {
            return service.getMethod(name);
        }
        return !complete && name.startsWith(OURS) ? starting(name) : null;
    }

    private static ServerMethodDefinition<ByteString, ByteString> starting(String name) {
        MethodDescriptor<ByteString, ByteString> method = MethodDescriptor.newBuilder(
                        new EncodedMarshaller(), new EncodedMarshaller())
                .setType(MethodType.UNKNOWN)
                .setFullMethodName(name)
                .build();
        return ServerMethodDefinition.create(method, (call, headers) -> refuse(call));
    }

    private static ServerCall.Listener<ByteString> refuse(ServerCall<ByteString, ByteString> call) {
        StatusRuntimeException starting = Statuses.of(Statuses.error(
                Reason.REASON_UNAVAILABLE, "this node starts and has no part in the cluster yet; ask another one"));
        Metadata trailers = Statuses.trailers(starting);
        call.close(starting.getStatus(), trailers);
        return new ServerCall.Listener<>() {};
    }
}
