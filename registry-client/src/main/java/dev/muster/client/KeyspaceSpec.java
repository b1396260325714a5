// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;

/**
 * A keyspace to be created. Immutable; each method returns a copy.
 *
 * <p>From 96 bits on, only the lowest 64 count, from {@code start} to {@code max}; those above are the epoch field, which
 * tells apart what two restores of one backup hand out. A narrower keyspace has no such field and is closed by a restore.
 *
 * @param name 1 to 128 of a-z, 0-9, '.', '_', '-'
 * @param width bits of its numbers, 32 to 128
 * @param start the first number
 * @param max the last number; empty for the highest one
 */
public record KeyspaceSpec(String name, int width, Key start, Optional<Key> max) {
    /** Fits a {@code long}. */
    public static final int DEFAULT_WIDTH = 63;

    /** Numbers of 63 bits, from 1 on. */
    public static KeyspaceSpec of(String name) {
        return new KeyspaceSpec(name, DEFAULT_WIDTH, Key.of(1), Optional.empty());
    }

    /** With numbers of so many bits, 32 to 128. */
    public KeyspaceSpec width(int bits) {
        return new KeyspaceSpec(name, bits, start, max);
    }

    /** With this first number. */
    public KeyspaceSpec start(Key first) {
        return new KeyspaceSpec(name, width, first, max);
    }

    /** With this last number. */
    public KeyspaceSpec max(Key last) {
        return new KeyspaceSpec(name, width, start, Optional.of(last));
    }
}
