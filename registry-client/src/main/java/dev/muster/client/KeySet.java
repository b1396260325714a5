// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Iterator;
import java.util.stream.LongStream;

/**
 * Numbers in a row that were handed out together. Immutable.
 *
 * @param first the first one
 * @param size how many, at least 1
 */
public record KeySet(Key first, int size) implements Iterable<Key> {
    /** The last one. */
    public Key last() {
        return first.plus(size - 1L);
    }

    @Override
    public Iterator<Key> iterator() {
        return LongStream.range(0, size).mapToObj(first::plus).iterator();
    }
}
