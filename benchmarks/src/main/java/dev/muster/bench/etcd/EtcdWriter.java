// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import com.google.protobuf.ByteString;
import dev.muster.bench.etcd.api.KVGrpc;
import dev.muster.bench.etcd.api.PutRequest;
import dev.muster.bench.system.PatientWriter;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks the next node when one does not answer soon. A node without a leader holds a write until there is one, and a
 * write that was on its way to a dead leader is answered after seconds only: so a try is short. etcd's own client waits
 * longer; this one favours etcd.
 */
final class EtcdWriter implements PatientWriter {
    private static final long TRY_MILLIS = 50;

    private final List<ManagedChannel> channels;
    private int node;

    EtcdWriter(List<Integer> ports) {
        channels = ports.stream().map(Etcd::channel).toList();
    }

    @Override
    public void write(byte[] payload) throws InterruptedException {
        PutRequest put = PutRequest.newBuilder()
                .setKey(Etcd.key("gap", "i-1"))
                .setValue(ByteString.copyFrom(payload))
                .build();
        while (true) {
            try {
                var unused = KVGrpc.newBlockingStub(channels.get(node))
                        .withDeadlineAfter(TRY_MILLIS, TimeUnit.MILLISECONDS)
                        .put(put);
                return;
            } catch (StatusRuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                node = (node + 1) % channels.size();
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
