// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifest.Address;
import dev.muster.keeper.manifest.Manifest.Listing;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives a unit the ports of its endpoints: fixed ones, or those of the keeper's range. For the keeper's thread. */
final class UnitPorts {
    private final List<Address> addresses;
    private final Ports ports;

    UnitPorts(Manifest manifest, Ports ports) {
        this.addresses = manifest.listing().map(Listing::endpoints).orElse(List.of());
        this.ports = ports;
    }

    /** Whether a second process of the unit would want the same port. */
    boolean anyFixed() {
        return addresses.stream().anyMatch(address -> address.port().isPresent());
    }

    /** The ports of before if nobody else took them meanwhile, which a unit that runs has itself; else others. */
    Map<String, Integer> again(Map<String, Integer> before, boolean runs) throws IOException {
        Map<String, Integer> given = new HashMap<>();
        for (Address address : addresses) {
            Integer had = before.get(address.name());
            int port = address.port().isPresent()
                    ? address.port().getAsInt()
                    : had != null && (runs || Ports.isFree(had)) ? had : ports.next();
            ports.keep(port);
            given.put(address.name(), port);
        }
        return Map.copyOf(given);
    }

    /** Ports that no process has, for a second one. */
    Map<String, Integer> others() throws IOException {
        Map<String, Integer> given = new HashMap<>();
        for (Address address : addresses) {
            given.put(address.name(), ports.next());
        }
        return Map.copyOf(given);
    }

    /** The ports may be given to others. */
    void free(Map<String, Integer> given) {
        given.values().forEach(ports::free);
    }
}
