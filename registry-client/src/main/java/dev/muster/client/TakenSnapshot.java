// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * A snapshot that a node has written. Immutable.
 *
 * @param position the point of history that it holds
 * @param index the log index that it holds
 * @param bytes its size
 */
public record TakenSnapshot(Position position, long index, long bytes) {}
