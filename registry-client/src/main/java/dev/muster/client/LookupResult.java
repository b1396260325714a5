// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Duration;
import java.util.List;

/**
 * The answer to a lookup. Immutable.
 *
 * @param position where in history it stands
 * @param age how old it may be: zero when linearizable, {@link java.time.temporal.ChronoUnit#FOREVER} when nobody knows
 * @param instances ordered by id
 * @param known whether the service has any instance at all, serving or not
 * @param notServing how many instances were left out because they do not serve
 * @param held how many of the shown ones are kept listed by the service's expiry budget though their lease ran out
 */
public record LookupResult(
        Position position, Duration age, List<ServiceInstance> instances, boolean known, int notServing, int held) {
    /** Copies the list. */
    public LookupResult {
        instances = List.copyOf(instances);
    }
}
