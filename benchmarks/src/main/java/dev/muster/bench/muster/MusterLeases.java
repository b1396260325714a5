// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Renewing;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.GrantLeaseResponse;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.LeasesGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Leases of Muster: a connection renews all its leases with as few calls as its limit allows. */
final class MusterLeases implements Leases {
    /** What one keep-alive may name. */
    private static final int MOST_LEASES = 10_000;
    /** Grants in flight. */
    private static final int AT_ONCE = 500;

    private final int port;

    MusterLeases(int port) {
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
            all.add(new Connection(i, MusterCluster.channel(port), each, ttl));
        }
        return Renewing.begin(all, ttl);
    }

    private static final class Connection implements Renewing.Connection {
        private final int number;
        private final ManagedChannel channel;
        private final LeasesGrpc.LeasesStub stub;
        private final List<KeepAliveRequest> requests = new ArrayList<>();

        Connection(int number, ManagedChannel channel, int count, Duration ttl) {
            this.number = number;
            this.channel = channel;
            this.stub = LeasesGrpc.newStub(channel);
            GrantLeaseRequest grant = GrantLeaseRequest.newBuilder()
                    .setTtlMillis((int) ttl.toMillis())
                    .build();
            List<Long> leases = new ArrayList<>();
            for (int from = 0; from < count; from += AT_ONCE) {
                IntStream.range(from, Math.min(count, from + AT_ONCE))
                        .mapToObj(i -> {
                            Answer<GrantLeaseResponse> answer = new Answer<>();
                            stub.grant(grant, answer);
                            return answer.future;
                        })
                        .toList()
                        .forEach(answer -> leases.add(answer.join().getLease()));
            }
            for (int from = 0; from < count; from += MOST_LEASES) {
                requests.add(KeepAliveRequest.newBuilder()
                        .addAllLeases(leases.subList(from, Math.min(count, from + MOST_LEASES)))
                        .build());
            }
        }

        @Override
        public void renew(int slot, int slots, Renewing counts) {
            for (int i = 0; i < requests.size(); i++) {
                if ((number + i) % slots == slot) {
                    KeepAliveRequest request = requests.get(i);
                    Answer<KeepAliveResponse> answer = new Answer<>();
                    stub.keepAlive(request, answer);
                    var unused = answer.future.whenComplete((response, failure) -> {
                        if (failure != null) {
                            counts.failed(failure);
                        } else {
                            counts.lost(response.getUnknownCount());
                            counts.renewed(request.getLeasesCount() - response.getUnknownCount());
                        }
                    });
                }
            }
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    /** The one answer of a call. */
    private static final class Answer<T> implements StreamObserver<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();

        @Override
        public void onNext(T answer) {
            future.complete(answer);
        }

        @Override
        public void onError(Throwable failure) {
            future.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            // The answer came before.
        }
    }
}
