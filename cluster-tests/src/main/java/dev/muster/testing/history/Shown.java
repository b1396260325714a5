// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

import java.util.Map;

/**
 * A list that a watch showed. Immutable.
 *
 * @param watch which one
 * @param service whose list
 * @param revision at which the list is that of the registry
 * @param modified of each listed instance the revision of its last change
 * @param at when it was shown, {@link System#nanoTime}
 */
public record Shown(String watch, String service, long revision, Map<String, Long> modified, long at) {
    /** Copies the map. */
    public Shown {
        modified = Map.copyOf(modified);
    }
}
