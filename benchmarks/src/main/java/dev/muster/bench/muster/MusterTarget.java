// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.Target;
import dev.muster.client.Change;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** One Java client, with all that it registers in its session. */
final class MusterTarget implements Target {
    private final MusterClient client;

    MusterTarget(MusterClient client) {
        this.client = client;
    }

    static ServiceInstance instance(String service, String id, byte[] payload) {
        return ServiceInstance.of(service, id)
                .endpoint("grpc", "10.0.0.1", 8080)
                .metadata("payload", new String(payload, StandardCharsets.US_ASCII));
    }

    @Override
    public CompletableFuture<?> register(String service, String id, byte[] payload) {
        return client.writeAsync(Change.register(instance(service, id, payload)));
    }

    @Override
    public CompletableFuture<?> update(String service, String id, byte[] payload) {
        ServiceInstance instance = instance(service, id, payload);
        return client.writeAsync(
                Change.update(instance.key(), InstanceUpdate.none().metadata(instance.metadata())));
    }

    @Override
    public CompletableFuture<?> lookupOne(String service, String id) {
        return client.lookupAsync(LookupQuery.of(service).id(id));
    }

    @Override
    public CompletableFuture<Integer> lookupService(String service) {
        return client.lookupAsync(LookupQuery.of(service))
                .thenApply(result -> result.instances().size());
    }

    @Override
    public void close() {
        client.close();
    }
}
