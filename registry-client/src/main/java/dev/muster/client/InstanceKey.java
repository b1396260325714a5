// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * The identity of an instance. Immutable.
 *
 * @param namespace empty means the client's own
 * @param service the service's name
 * @param id unique in the service
 */
public record InstanceKey(String namespace, String service, String id) {
    /** A key in the client's own namespace. */
    public static InstanceKey of(String service, String id) {
        return new InstanceKey("", service, id);
    }

    /** A key in a namespace. */
    public static InstanceKey of(String namespace, String service, String id) {
        return new InstanceKey(namespace, service, id);
    }

    /** {@code service/id} or {@code namespace/service/id}. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? service + "/" + id : namespace + "/" + service + "/" + id;
    }
}
