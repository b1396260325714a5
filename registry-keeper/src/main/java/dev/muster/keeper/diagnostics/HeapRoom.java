// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.util.Optional;

/** Whoever knows whether a heap dump may be written. */
@FunctionalInterface
public interface HeapRoom {
    /** Why a file of this many bytes may not be written; nothing if it may. */
    Optional<String> refusal(long bytes);
}
