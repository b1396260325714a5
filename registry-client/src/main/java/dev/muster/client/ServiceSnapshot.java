// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.List;

/**
 * The whole list of a service at one point of history. Immutable.
 *
 * @param namespace where the service is
 * @param service its name
 * @param position the list equals the registry's at this point
 * @param all every instance of any status, ordered by id
 * @param serving those that are {@link InstanceStatus#UP}, ordered by id
 */
public record ServiceSnapshot(
        String namespace, String service, Position position, List<ServiceInstance> all, List<ServiceInstance> serving) {
    /** Copies the lists. */
    public ServiceSnapshot {
        all = List.copyOf(all);
        serving = List.copyOf(serving);
    }
}
