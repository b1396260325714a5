// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import static dev.muster.bench.etcd.Etcd.future;
import static dev.muster.bench.etcd.Etcd.key;

import com.google.protobuf.ByteString;
import dev.muster.bench.etcd.api.KVGrpc;
import dev.muster.bench.etcd.api.LeaseGrantRequest;
import dev.muster.bench.etcd.api.LeaseGrantResponse;
import dev.muster.bench.etcd.api.LeaseGrpc;
import dev.muster.bench.etcd.api.PutRequest;
import dev.muster.bench.etcd.api.RangeRequest;
import dev.muster.bench.system.Target;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A client that speaks to the leader over a few connections, as etcd's documentation advises for load, and spreads its
 * keys over many leases: etcd walks all keys of a lease at each write.
 */
final class EtcdTarget implements Target {
    private static final int CONNECTIONS = 4;
    private static final int LEASES = 5000;
    private static final int LEASE_SECONDS = 3600;

    private final List<ManagedChannel> channels;
    private final List<KVGrpc.KVFutureStub> stubs;
    private final List<Long> leases;
    private final AtomicInteger turn = new AtomicInteger();

    EtcdTarget(int port) {
        channels = Stream.generate(() -> Etcd.channel(port)).limit(CONNECTIONS).toList();
        stubs = channels.stream().map(KVGrpc::newFutureStub).toList();
        LeaseGrpc.LeaseFutureStub grants = LeaseGrpc.newFutureStub(channels.get(0));
        leases = IntStream.range(0, LEASES)
                .mapToObj(i -> future(grants.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build())))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(LeaseGrantResponse::getID)
                .toList();
    }

    private KVGrpc.KVFutureStub next() {
        return stubs.get(Math.floorMod(turn.getAndIncrement(), CONNECTIONS));
    }

    @Override
    public CompletableFuture<?> register(String service, String id, byte[] payload) {
        return future(next().put(PutRequest.newBuilder()
                .setKey(key(service, id))
                .setValue(ByteString.copyFrom(payload))
                .setLease(leases.get(Math.floorMod(turn.get(), LEASES)))
                .build()));
    }

    @Override
    public CompletableFuture<?> update(String service, String id, byte[] payload) {
        return future(next().put(PutRequest.newBuilder()
                .setKey(key(service, id))
                .setValue(ByteString.copyFrom(payload))
                .setIgnoreLease(true)
                .build()));
    }

    @Override
    public CompletableFuture<?> lookupOne(String service, String id) {
        return future(next().range(RangeRequest.newBuilder()
                        .setKey(key(service, id))
                        .build()))
                .thenApply(found -> {
                    if (found.getKvsCount() != 1) {
                        throw new IllegalStateException(service + "/" + id + " is not there");
                    }
                    return found;
                });
    }

    @Override
    public CompletableFuture<Integer> lookupService(String service) {
        return future(next().range(RangeRequest.newBuilder()
                        .setKey(Etcd.first(service))
                        .setRangeEnd(Etcd.end(service))
                        .build()))
                .thenApply(found -> found.getKvsCount());
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
