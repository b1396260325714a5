// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.List;

/**
 * What a write made. Immutable.
 *
 * @param position the revision of the change
 * @param incarnations of each change in order: the incarnation registered, 0 for what registers nothing
 */
public record WriteResult(Position position, List<Long> incarnations) {
    /** Copies the list. */
    public WriteResult {
        incarnations = List.copyOf(incarnations);
    }

    /** The incarnation registered by the first change, 0 when that registers nothing. */
    public long incarnation() {
        return incarnations.isEmpty() ? 0 : incarnations.get(0);
    }
}
