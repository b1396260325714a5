// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import dev.muster.bench.etcd.api.LeaseGrantRequest;
import dev.muster.bench.etcd.api.LeaseGrantResponse;
import dev.muster.bench.etcd.api.LeaseGrpc;
import dev.muster.bench.etcd.api.LeaseKeepAliveRequest;
import dev.muster.bench.etcd.api.LeaseKeepAliveResponse;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Renewing;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Leases of etcd: one stream on each connection, one message for each lease, as etcd's client renews them. */
final class EtcdLeases implements Leases {
    /** Grants in flight. */
    private static final int AT_ONCE = 500;

    private final int port;

    EtcdLeases(int port) {
        this.port = port;
    }

    @Override
    public boolean sharesConnections() {
        return true;
    }

    @Override
    public Renewing keep(int connections, int each, Duration ttl) {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            all.add(new Connection(Etcd.channel(port), each, ttl));
        }
        return Renewing.begin(all, ttl);
    }

    private static final class Connection implements Renewing.Connection {
        private final ManagedChannel channel;
        private final long[] leases;
        private @Nullable StreamObserver<LeaseKeepAliveRequest> stream;

        Connection(ManagedChannel channel, int count, Duration ttl) {
            this.channel = channel;
            this.leases = new long[count];
            LeaseGrantRequest grant =
                    LeaseGrantRequest.newBuilder().setTTL(ttl.toSeconds()).build();
            LeaseGrpc.LeaseFutureStub stub = LeaseGrpc.newFutureStub(channel);
            for (int from = 0; from < count; from += AT_ONCE) {
                List<CompletableFuture<LeaseGrantResponse>> grants = IntStream.range(
                                from, Math.min(count, from + AT_ONCE))
                        .mapToObj(i -> Etcd.future(stub.leaseGrant(grant)))
                        .toList();
                for (int i = 0; i < grants.size(); i++) {
                    leases[from + i] = grants.get(i).join().getID();
                }
            }
        }

        @Override
        public void renew(int slot, int slots, Renewing counts) {
            if (stream == null) {
                stream = LeaseGrpc.newStub(channel).leaseKeepAlive(new Answers(counts));
            }
            for (int i = slot; i < leases.length; i += slots) {
                stream.onNext(
                        LeaseKeepAliveRequest.newBuilder().setID(leases[i]).build());
            }
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    private record Answers(Renewing counts) implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            if (answer.getTTL() > 0) {
                counts.renewed(1);
            } else {
                counts.lost(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            counts.failed(failure);
        }

        @Override
        public void onCompleted() {
            counts.failed(new IllegalStateException("the stream ended"));
        }
    }
}
