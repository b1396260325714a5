// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.ServiceInstance;
import dev.muster.keeper.journal.Incident;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifest.Address;
import dev.muster.keeper.manifest.Manifest.Listing;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.roll.Roll;
import dev.muster.keeper.unit.IncidentType;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Wishes for a unit's places in the registry, if its manifest says that it is registered. It has two names, slots 0 and
 * 1, because while one of its processes takes over from another each needs one. For the keeper's thread.
 */
final class UnitListing {
    private static final String SECOND = "+2";
    private static final String SECOND_ID = ".2";

    private final Manifest manifest;
    private final Tools.Place place;
    private final String namespace;

    /** {@code namespace} is that of units that name none. */
    UnitListing(Manifest manifest, Tools.Place place, String namespace) {
        this.manifest = manifest;
        this.place = place;
        this.namespace = manifest.listing()
                .map(Listing::namespace)
                .filter(named -> !named.isEmpty())
                .orElse(namespace);
    }

    /** The process of that start shall be listed so. */
    void list(Copy process, InstanceStatus status) {
        manifest.listing()
                .ifPresent(listing -> place.want(
                        name(manifest.unit(), process.slot()),
                        Optional.of(new Roll.Wish(
                                process.start(), instance(listing, process).status(status), process.claim()))));
    }

    /** By that name nothing shall be listed. */
    void withdraw(int slot) {
        place.want(name(manifest.unit(), slot), Optional.empty());
    }

    /** Has the registry list one name in place of the other. */
    CompletableFuture<EventType> swap(int up, int draining) {
        return manifest.listing().isPresent()
                ? place.swap(name(manifest.unit(), up), name(manifest.unit(), draining))
                : CompletableFuture.completedFuture(EventType.TOLD);
    }

    /** What happened to the process listed by that name, for the journal. */
    Incident incident(IncidentType type, String id, int slot, String text) {
        Listing listing = manifest.listing().orElse(null);
        return new Incident(
                0,
                id,
                System.currentTimeMillis(),
                type.name(),
                manifest.unit(),
                listing == null ? null : namespace,
                listing == null ? null : listing.service(),
                listing == null ? null : id(listing, slot),
                text);
    }

    /** The name of a unit's place in the roll, and of its log. */
    static String name(String unit, int slot) {
        return slot == 0 ? unit : unit + SECOND;
    }

    /** The unit that is registered under this name. */
    static String unitOf(String name) {
        return name.endsWith(SECOND) ? name.substring(0, name.length() - SECOND.length()) : name;
    }

    private ServiceInstance instance(Listing listing, Copy process) {
        return ServiceInstance.of(InstanceKey.of(namespace, listing.service(), id(listing, process.slot())))
                .endpoints(listing.endpoints().stream()
                        .map(address -> new Endpoint(
                                address.name(), address.protocol(), address.host(), port(address, process.ports())))
                        .toList())
                .zone(listing.zone())
                .version(listing.version())
                .weight(listing.weight())
                .metadata(listing.metadata());
    }

    /** Two instances of one service need two ids. */
    private static String id(Listing listing, int slot) {
        return slot == 0 ? listing.id() : listing.id() + SECOND_ID;
    }

    private static int port(Address address, Map<String, Integer> ports) {
        return address.port().orElseGet(() -> ports.getOrDefault(address.name(), 1));
    }
}
