// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.key;

import dev.muster.v1.InstanceKey;

/**
 * The identity of an instance, with its namespace spelled out. Ordered by service, then id. Immutable.
 *
 * @param service the service it is a copy of
 * @param id its name within the service
 */
public record Key(ServiceName service, String id) implements Comparable<Key> {
    /** The key as a request gives it: an empty namespace means the default one. */
    public static Key of(InstanceKey key) {
        return new Key(ServiceName.of(key.getNamespace(), key.getService()), key.getId());
    }

    /** The key as replies and events show it. */
    public InstanceKey toProto() {
        return InstanceKey.newBuilder()
                .setNamespace(service.namespace())
                .setService(service.service())
                .setId(id)
                .build();
    }

    @Override
    public int compareTo(Key other) {
        int order = service.equals(other.service) ? 0 : service.compareTo(other.service);
        return order != 0 ? order : id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return service + "/" + id;
    }
}
