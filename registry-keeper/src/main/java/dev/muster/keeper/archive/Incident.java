// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import java.nio.file.Path;
import java.time.Instant;

/**
 * One archived incident. Immutable.
 *
 * @param at when it began, to the millisecond
 * @param unit what it happened to
 * @param id which one it was
 * @param folder where its files are
 * @param bytes how much room they take
 */
public record Incident(Instant at, String unit, String id, Path folder, long bytes) {}
