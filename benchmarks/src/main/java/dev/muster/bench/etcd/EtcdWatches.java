// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import dev.muster.bench.etcd.api.WatchCreateRequest;
import dev.muster.bench.etcd.api.WatchGrpc;
import dev.muster.bench.etcd.api.WatchRequest;
import dev.muster.bench.etcd.api.WatchResponse;
import dev.muster.bench.system.Watches;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches of etcd: one stream on each connection that carries all its watches, as etcd's client has it. */
final class EtcdWatches implements Watches {
    private final int port;

    EtcdWatches(int port) {
        this.port = port;
    }

    @Override
    public boolean sharesConnections() {
        return true;
    }

    @Override
    public AutoCloseable watch(String service, int connections, int each, Listener listener) throws Exception {
        CountDownLatch created = new CountDownLatch(connections * each);
        int prefix = Etcd.first(service).size();
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            ManagedChannel channel = Etcd.channel(port);
            channels.add(channel);
            StreamObserver<WatchRequest> requests =
                    WatchGrpc.newStub(channel).watch(new Events(i * each, prefix, created, listener));
            for (int k = 0; k < each; k++) {
                requests.onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(Etcd.first(service))
                                .setRangeEnd(Etcd.end(service)))
                        .build());
            }
        }
        if (!created.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(created.getCount() + " watches were not created");
        }
        return () -> channels.forEach(ManagedChannel::shutdownNow);
    }

    /** What comes on one stream. etcd numbers its watches from 0 in the order of their requests. */
    private record Events(int first, int prefix, CountDownLatch created, Listener listener)
            implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            if (response.getCreated()) {
                created.countDown();
            }
            int watcher = first + (int) response.getWatchId();
            for (var event : response.getEventsList()) {
                listener.changed(
                        watcher,
                        event.getKv().getKey().substring(prefix).toStringUtf8(),
                        event.getKv().getModRevision());
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
