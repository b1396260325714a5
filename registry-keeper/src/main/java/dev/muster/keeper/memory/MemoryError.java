// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.time.Instant;
import java.util.Optional;

/**
 * Memory errors of one kind that one look at a JVM found. Immutable.
 *
 * @param kind what was short
 * @param count how many since the look before; at least 1
 * @param thrownAt when the last of them was thrown, as the JVM says; when it was seen if that is not known
 * @param seenAt when this look found them
 * @param site class and method of the last one, if they could be found
 */
public record MemoryError(
        MemoryErrorKind kind, long count, Instant thrownAt, Instant seenAt, Optional<ErrorSite> site) {}
