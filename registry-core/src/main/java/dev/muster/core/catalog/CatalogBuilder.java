// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list in the making, out of instances that come service by service, in the order of their names. Not thread-safe. */
public final class CatalogBuilder {
    private final List<ServiceEntry> services = new ArrayList<>();
    private final List<InstanceRecord> ofService = new ArrayList<>();
    private @Nullable ServiceName service;
    private int instanceCount;
    private long instanceSum;

    /**
     * Adds the instance; the key that it returns shares the service's name with all others of the service.
     *
     * @throws IllegalStateException if an instance of the service before came twice
     */
    public Key add(ServiceName name, InstanceRecord instance) {
        ServiceName known = service;
        if (known == null || !known.equals(name)) {
            endService();
            service = name;
            known = name;
        }
        ofService.add(instance);
        instanceCount++;
        instanceSum += instance.fingerprint();
        return new Key(known, instance.id());
    }

    /**
     * The list.
     *
     * @throws IllegalStateException if the services did not come in order, or an instance came twice
     */
    public Catalog build() {
        endService();
        return Catalog.of(services, instanceCount, instanceSum);
    }

    private void endService() {
        ServiceName name = service;
        if (name != null) {
            services.add(ServiceEntry.of(name, ofService));
            ofService.clear();
        }
        service = null;
    }
}
