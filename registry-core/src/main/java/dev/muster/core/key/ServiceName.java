// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.key;

/**
 * The name of a service, with its namespace spelled out. Ordered by namespace, then service. Immutable.
 *
 * @param namespace never empty for a service of the list; an empty one sorts before all
 * @param service the name within the namespace
 */
public record ServiceName(String namespace, String service) implements Comparable<ServiceName> {
    /** The namespace that is meant when a request names none. */
    public static final String DEFAULT_NAMESPACE = "default";

    /** The name as a request gives it: an empty namespace means the default one. */
    public static ServiceName of(String namespace, String service) {
        return new ServiceName(namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace, service);
    }

    @Override
    public int compareTo(ServiceName other) {
        int order = namespace.compareTo(other.namespace);
        return order != 0 ? order : service.compareTo(other.service);
    }

    /** Spelled out, because that of a record is called through a handle, and this one at each step through a map. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof ServiceName name
                        && service.equals(name.service)
                        && namespace.equals(name.namespace));
    }

    @Override
    public int hashCode() {
        return 31 * namespace.hashCode() + service.hashCode();
    }

    @Override
    public String toString() {
        return namespace + "/" + service;
    }
}
