// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.Watches;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchGrpc;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches of Muster: one stream on each connection that carries all its watches, as the Java client has it. */
final class MusterWatches implements Watches {
    private final int port;

    MusterWatches(int port) {
        this.port = port;
    }

    @Override
    public boolean sharesConnections() {
        return true;
    }

    @Override
    public AutoCloseable watch(String service, int connections, int each, Listener listener) throws Exception {
        CountDownLatch begun = new CountDownLatch(connections * each);
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            ManagedChannel channel = MusterCluster.channel(port);
            channels.add(channel);
            StreamObserver<WatchRequest> requests =
                    WatchGrpc.newStub(channel).open(new Frames(i * each, begun, listener));
            requests.onNext(WatchRequest.newBuilder()
                    .setHello(WatchHello.newBuilder().setClientName("benchmark"))
                    .build());
            for (int k = 0; k < each; k++) {
                requests.onNext(WatchRequest.newBuilder()
                        .setSubscribe(Subscribe.newBuilder().setWatch(k + 1).setService(service))
                        .build());
            }
        }
        if (!begun.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(begun.getCount() + " watches got no first list");
        }
        return () -> channels.forEach(ManagedChannel::shutdownNow);
    }

    /** What comes on one stream. A delta may join changes; each that it still tells apart counts. */
    private record Frames(int first, CountDownLatch begun, Listener listener) implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            switch (response.getResponseCase()) {
                case SNAPSHOT -> begun.countDown();
                case DELTA -> {
                    int watcher = first + (int) response.getDelta().getWatch() - 1;
                    for (var instance : response.getDelta().getChangedList()) {
                        listener.changed(watcher, instance.getKey().getId(), instance.getModifyRevision());
                    }
                }
                case HELLO, PROGRESS, ERROR, RESPONSE_NOT_SET -> {}
            }
        }

        @Override
        public void onError(Throwable failure) {
            // The stream ended: what it does not deliver is missing in the count.
        }

        @Override
        public void onCompleted() {
            // As above.
        }
    }
}
