// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.CachedLookup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;

/** Curator's service discovery with a service cache for each service, all on one executor. */
final class CuratorCache implements CachedLookup {
    private static final String SERVICE = "cached-";
    private static final int RETRY_MILLIS = 100;

    private final CuratorFramework client;
    private final ServiceDiscovery<Void> discovery;
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final ServiceCache<?>[] caches;

    private CuratorCache(String addresses, int services) {
        this.client = CuratorFrameworkFactory.newClient(addresses, new RetryOneTime(RETRY_MILLIS));
        this.discovery = ServiceDiscoveryBuilder.builder(Void.class)
                .client(client)
                .basePath("/discovery")
                .build();
        this.caches = new ServiceCache<?>[services];
    }

    static CuratorCache fill(String addresses, int services, int instancesEach) throws Exception {
        CuratorCache cache = new CuratorCache(addresses, services);
        cache.client.start();
        cache.discovery.start();
        for (int service = 0; service < services; service++) {
            for (int i = 0; i < instancesEach; i++) {
                cache.discovery.registerService(ServiceInstance.<Void>builder()
                        .name(SERVICE + service)
                        .id("i-" + i)
                        .address("10.0.0.1")
                        .port(8080)
                        .build());
            }
            ServiceCache<Void> list = cache.discovery
                    .serviceCacheBuilder()
                    .name(SERVICE + service)
                    .executorService(cache.executor)
                    .build();
            list.start();
            cache.caches[service] = list;
        }
        return cache;
    }

    @Override
    public int lookup(int service) {
        return caches[service].getInstances().size();
    }

    @Override
    public void close() {
        try {
            for (ServiceCache<?> cache : caches) {
                cache.close();
            }
            discovery.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client.close();
        executor.shutdownNow();
    }
}
