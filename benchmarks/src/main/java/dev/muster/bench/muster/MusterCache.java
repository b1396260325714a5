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
import java.util.stream.Stream;

/** The Java client's views, one for each service. A node takes 1,000 on a stream, so there are several clients. */
final class MusterCache implements CachedLookup {
    private static final String SERVICE = "cached-";
    /** Registrations in flight. */
    private static final int AT_ONCE = 1000;

    private static final int VIEWS_EACH = 1000;

    private final List<MusterClient> clients;
    private final ServiceView[] views;

    private MusterCache(List<MusterClient> clients, ServiceView[] views) {
        this.clients = clients;
        this.views = views;
    }

    static MusterCache fill(Supplier<MusterClient> connect, int services, int instancesEach) {
        List<MusterClient> clients = Stream.generate(connect)
                .limit((services + VIEWS_EACH - 1) / VIEWS_EACH)
                .toList();
        List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
        for (int service = 0; service < services; service++) {
            if (writes.size() >= AT_ONCE) {
                writes.forEach(CompletableFuture::join);
                writes.clear();
            }
            for (int i = 0; i < instancesEach; i++) {
                writes.add(clients.get(0)
                        .writeAsync(Change.register(
                                ServiceInstance.of(SERVICE + service, "i-" + i).endpoint("http", "10.0.0.1", 8080))));
            }
        }
        writes.forEach(CompletableFuture::join);
        ServiceView[] views = IntStream.range(0, services)
                .mapToObj(service -> clients.get(service / VIEWS_EACH).view(SERVICE + service))
                .toArray(ServiceView[]::new);
        for (ServiceView view : views) {
            view.ready().join();
        }
        return new MusterCache(clients, views);
    }

    @Override
    public int lookup(int service) {
        return views[service].instances().size();
    }

    @Override
    public void close() {
        clients.forEach(MusterClient::close);
    }
}
