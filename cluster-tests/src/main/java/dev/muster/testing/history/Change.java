// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

/**
 * A change of the registry's list, as its own log tells it. Immutable.
 *
 * @param revision that made it
 * @param service whose list
 * @param id the instance
 * @param listed whether the instance is on the list from then on
 */
public record Change(long revision, String service, String id, boolean listed) {}
