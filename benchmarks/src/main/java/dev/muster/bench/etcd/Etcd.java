// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What all clients of etcd here have in common: connections and keys. Stateless. */
final class Etcd {
    private Etcd() {}

    static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    static ByteString key(String service, String id) {
        return ByteString.copyFromUtf8("/services/" + service + "/" + id);
    }

    /** The key below which none of the service is. */
    static ByteString first(String service) {
        return ByteString.copyFromUtf8("/services/" + service + "/");
    }

    /** The key from which on none of the service is: '0' follows '/'. */
    static ByteString end(String service) {
        return ByteString.copyFromUtf8("/services/" + service + "0");
    }

    static <T> CompletableFuture<T> future(ListenableFuture<T> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Futures.addCallback(
                call,
                new FutureCallback<T>() {
                    @Override
                    public void onSuccess(@Nullable T result) {
                        future.complete(result);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        future.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return future;
    }
}
