// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.Stamp;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Who asks: as long as nobody has to prove who they are, the address they call from. A node that passes a call on vouches
 * for its caller and names itself. Immutable.
 *
 * @param principal the caller as events show it
 * @param node the node that took the call from outside
 * @param forwarded whether another node passed the call on, so that it is not passed on again
 */
record Caller(String principal, String node, boolean forwarded) {
    static final Metadata.Key<String> FORWARDED = Metadata.Key.of("muster-forwarded", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> PRINCIPAL =
            Metadata.Key.of("muster-principal", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Caller> KEY = Context.key("muster-caller");

    /** Of the current call; only within a call. */
    static Caller current() {
        return KEY.get();
    }

    Stamp stamp() {
        return Stamp.newBuilder().setPrincipal(principal).setNode(node).build();
    }

    /** The metadata with which {@code self} passes the call on. */
    Metadata passOn(String self) {
        Metadata metadata = new Metadata();
        metadata.put(FORWARDED, self);
        metadata.put(PRINCIPAL, principal);
        return metadata;
    }

    /** Puts the caller into the context of each call. */
    static ServerInterceptor interceptor(String self) {
        return new ServerInterceptor() {
            @Override
            public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                    ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
                Context context = Context.current().withValue(KEY, of(self, call, headers));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    private static Caller of(String self, ServerCall<?, ?> call, Metadata headers) {
        String node = headers.get(FORWARDED);
        String principal = headers.get(PRINCIPAL);
        if (node != null && principal != null) {
            return new Caller(principal, node, true);
        }
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return new Caller(
                remote instanceof InetSocketAddress address && address.getAddress() != null
                        ? address.getAddress().getHostAddress()
                        : "unknown",
                self,
                false);
    }
}
