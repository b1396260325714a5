// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One running copy of a service, as it is registered and as it is found. Immutable: each method that takes a value
 * returns a changed copy. The bounds of names are the registry's, and it refuses what breaks them.
 */
public final class ServiceInstance {
    /** The weight of an instance that names none. */
    public static final int DEFAULT_WEIGHT = 100;

    private static final int HIGHEST_WEIGHT = 65_535;

    private final InstanceKey key;
    private final List<Endpoint> endpoints;
    private final String zone;
    private final int weight;
    private final String version;
    private final Map<String, String> metadata;
    private final InstanceStatus status;
    private final Listing listing;

    private ServiceInstance(Draft draft) {
        key = draft.key;
        endpoints = draft.endpoints;
        zone = draft.zone;
        weight = draft.weight;
        version = draft.version;
        metadata = draft.metadata;
        status = draft.status;
        listing = draft.listing;
    }

    /** An instance in the client's own namespace, {@link InstanceStatus#UP}, without endpoints yet. */
    public static ServiceInstance of(String service, String id) {
        return of(InstanceKey.of(service, id));
    }

    /** An instance of this identity, {@link InstanceStatus#UP}, without endpoints yet. */
    public static ServiceInstance of(InstanceKey key) {
        return new ServiceInstance(new Draft(key));
    }

    /** The same in another namespace. */
    public ServiceInstance namespace(String namespace) {
        Draft draft = new Draft(this);
        draft.key = new InstanceKey(namespace, key.service(), key.id());
        return new ServiceInstance(draft);
    }

    /** With an endpoint more, whose protocol is its name. */
    public ServiceInstance endpoint(String name, String host, int port) {
        return endpoint(new Endpoint(name, name, host, port));
    }

    /** With an endpoint more. */
    public ServiceInstance endpoint(Endpoint endpoint) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.add(endpoint);
        return endpoints(all);
    }

    /** With these endpoints only, 1 to 16. */
    public ServiceInstance endpoints(List<Endpoint> all) {
        Draft draft = new Draft(this);
        draft.endpoints = List.copyOf(all);
        return new ServiceInstance(draft);
    }

    /** Where it runs, for callers that prefer near ones. Up to 128 characters. */
    public ServiceInstance zone(String newZone) {
        Draft draft = new Draft(this);
        draft.zone = Objects.requireNonNull(newZone);
        return new ServiceInstance(draft);
    }

    /** Its share of the load beside the others, 1 to 65535; an update may bring it down to 0. */
    public ServiceInstance weight(int newWeight) {
        Draft draft = new Draft(this);
        draft.weight = checkWeight(newWeight);
        return new ServiceInstance(draft);
    }

    /** The release it runs. Up to 128 characters. */
    public ServiceInstance version(String newVersion) {
        Draft draft = new Draft(this);
        draft.version = Objects.requireNonNull(newVersion);
        return new ServiceInstance(draft);
    }

    /** With one pair of metadata more. */
    public ServiceInstance metadata(String name, String value) {
        Map<String, String> all = new TreeMap<>(metadata);
        all.put(name, value);
        return metadata(all);
    }

    /** With this metadata only, up to 64 pairs and 4 KiB together. */
    public ServiceInstance metadata(Map<String, String> all) {
        Draft draft = new Draft(this);
        draft.metadata = sorted(all);
        return new ServiceInstance(draft);
    }

    /** In another status. */
    public ServiceInstance status(InstanceStatus newStatus) {
        Draft draft = new Draft(this);
        draft.status = Objects.requireNonNull(newStatus);
        return new ServiceInstance(draft);
    }

    /** As listed by a registry. */
    public ServiceInstance listing(Listing newListing) {
        Draft draft = new Draft(this);
        draft.listing = Objects.requireNonNull(newListing);
        return new ServiceInstance(draft);
    }

    /** Its identity. */
    public InstanceKey key() {
        return key;
    }

    /** The namespace of its service; empty means the client's own. */
    public String namespace() {
        return key.namespace();
    }

    /** The service that it is a copy of. */
    public String service() {
        return key.service();
    }

    /** Its name in the service. */
    public String id() {
        return key.id();
    }

    /** Its addresses, in the order given. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * The endpoint of this name.
     *
     * @throws NoSuchElementException when there is none; {@link #endpoints} has all
     */
    public Endpoint endpoint(String name) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("endpoint " + name + " of " + key + " (it has: "
                        + endpoints.stream().map(Endpoint::name).toList() + ")"));
    }

    /** Where it runs; empty when unsaid. */
    public String zone() {
        return zone;
    }

    /** Its share of the load beside the others. */
    public int weight() {
        return weight;
    }

    /** The release it runs; empty when unsaid. */
    public String version() {
        return version;
    }

    /** Free pairs, ordered by name. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** What it says of itself. */
    public InstanceStatus status() {
        return status;
    }

    /** What the registry added; {@link Listing#NONE} for an instance that does not come from there. */
    public Listing listing() {
        return listing;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServiceInstance that
                && key.equals(that.key)
                && endpoints.equals(that.endpoints)
                && zone.equals(that.zone)
                && weight == that.weight
                && version.equals(that.version)
                && metadata.equals(that.metadata)
                && status == that.status
                && listing.equals(that.listing);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, endpoints, status, listing);
    }

    @Override
    public String toString() {
        return key + " " + status + " "
                + endpoints.stream().map(Endpoint::address).toList();
    }

    static int checkWeight(int weight) {
        if (weight < 0 || weight > HIGHEST_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0 to " + HIGHEST_WEIGHT + ")");
        }
        return weight;
    }

    static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /** The fields while a copy is made. */
    private static final class Draft {
        InstanceKey key;
        List<Endpoint> endpoints = List.of();
        String zone = "";
        int weight = DEFAULT_WEIGHT;
        String version = "";
        Map<String, String> metadata = Map.of();
        InstanceStatus status = InstanceStatus.UP;
        Listing listing = Listing.NONE;

        Draft(InstanceKey key) {
            this.key = Objects.requireNonNull(key);
        }

        Draft(ServiceInstance from) {
            key = from.key;
            endpoints = from.endpoints;
            zone = from.zone;
            weight = from.weight;
            version = from.version;
            metadata = from.metadata;
            status = from.status;
            listing = from.listing;
        }
    }
}
