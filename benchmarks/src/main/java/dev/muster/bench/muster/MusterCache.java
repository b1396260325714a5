// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.CachedLookup;
import dev.muster.client.Change;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.client.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The Java client's views, one for each service. */
final class MusterCache implements CachedLookup {
    private static final String SERVICE = "cached-";
    /** Registrations in flight. */
    private static final int AT_ONCE = 1000;

    private final MusterClient client;
    private final ServiceView[] views;

    private MusterCache(MusterClient client, ServiceView[] views) {
        this.client = client;
        this.views = views;
    }

    static MusterCache fill(Supplier<MusterClient> connect, int services, int instancesEach) {
        MusterClient client = connect.get();
        List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
        for (int service = 0; service < services; service++) {
            if (writes.size() >= AT_ONCE) {
                writes.forEach(CompletableFuture::join);
                writes.clear();
            }
            for (int i = 0; i < instancesEach; i++) {
                writes.add(client.writeAsync(Change.register(
                        ServiceInstance.of(SERVICE + service, "i-" + i).endpoint("http", "10.0.0.1", 8080))));
            }
        }
        writes.forEach(CompletableFuture::join);
        ServiceView[] views = IntStream.range(0, services)
                .mapToObj(service -> client.view(SERVICE + service))
                .toArray(ServiceView[]::new);
        for (ServiceView view : views) {
            view.ready().join();
        }
        return new MusterCache(client, views);
    }

    @Override
    public int lookup(int service) {
        return views[service].instances().size();
    }

    @Override
    public void close() {
        client.close();
    }
}
