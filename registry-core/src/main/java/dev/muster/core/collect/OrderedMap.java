// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.collect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A persistent map ordered by key, or by a number that each key has and then by key.
 *
 * <p>The number stands in the tree itself, where keys are elsewhere in memory: with one that tells most keys apart, the
 * way to an entry costs one access to memory for each level of the tree, not three or more.
 *
 * <p>{@link #put} and {@link #remove} return a new map that shares all but one path with the old one; both cost
 * O(log n). Unlike a hash map, its order depends on nothing but its keys, so equal states are read, hashed and written
 * in the same order on every node, however they came about. Unlike vavr's ordered map, it can be read from any key on
 * without passing all keys before it.
 *
 * <p>Immutable, thus thread-safe.
 *
 * <p>A weight-balanced tree with the parameters (3, 2): Hirai and Yamamoto, "Balancing weight-balanced trees", Journal
 * of Functional Programming 21 (2011), prove that these keep every subtree within a factor of three of its sibling.
 */
public final class OrderedMap<K extends Comparable<K>, V> {
    private static final int DELTA = 3;
    private static final int RATIO = 2;
    private static final OrderedMap<?, ?> EMPTY = new OrderedMap<>(key -> 0, null);

    private final ToLongFunction<K> rank;
    private final @Nullable Node<K, V> root;

    private OrderedMap(ToLongFunction<K> rank, @Nullable Node<K, V> root) {
        this.rank = rank;
        this.root = root;
    }

    /** The map without entries, ordered by key. */
    @SuppressWarnings("unchecked") // Justification: without entries there is nothing of a wrong type.
    public static <K extends Comparable<K>, V> OrderedMap<K, V> empty() {
        return (OrderedMap<K, V>) EMPTY;
    }

    /** A map without entries, ordered by the rank of each key, which never changes, and then by key. */
    public static <K extends Comparable<K>, V> OrderedMap<K, V> rankedBy(ToLongFunction<K> rank) {
        return new OrderedMap<>(rank, null);
    }

    /**
     * A map like this one of these values, which come in its strict order; costs O(n), where one put after the other costs
     * O(n log n).
     *
     * @throws IllegalStateException if they do not
     */
    public OrderedMap<K, V> ofSorted(List<V> values, Function<V, K> key) {
        List<K> keys = new ArrayList<>(values.size());
        for (V value : values) {
            K next = key.apply(value);
            if (!keys.isEmpty() && compare(keys.get(keys.size() - 1), next) >= 0) {
                throw new IllegalStateException(next + " after " + keys.get(keys.size() - 1));
            }
            keys.add(next);
        }
        return new OrderedMap<>(rank, tree(keys, values, 0, values.size()));
    }

    /** The order of two keys in this map. */
    public int compare(K one, K other) {
        int order = Long.compare(rank.applyAsLong(one), rank.applyAsLong(other));
        return order != 0 ? order : one.compareTo(other);
    }

    /** How many entries it has. */
    public int size() {
        return size(root);
    }

    /** Whether it has no entries. */
    public boolean isEmpty() {
        return root == null;
    }

    /** The value under the key. */
    public @Nullable V get(K key) {
        long keyRank = rank.applyAsLong(key);
        Node<K, V> node = root;
        while (node != null) {
            int order = node.order(keyRank, key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** Whether there is a value under the key. */
    public boolean contains(K key) {
        return get(key) != null;
    }

    /** The value under the lowest key. */
    public @Nullable V first() {
        Node<K, V> node = root;
        if (node == null) {
            return null;
        }
        while (node.left != null) {
            node = node.left;
        }
        return node.value;
    }

    /** This map with the value under the key, in place of what was there. */
    public OrderedMap<K, V> put(K key, V value) {
        return new OrderedMap<>(rank, put(root, rank.applyAsLong(key), key, value));
    }

    /** This map without the key; this very map when the key is not in it. */
    public OrderedMap<K, V> remove(K key) {
        if (!contains(key)) {
            return this;
        }
        Node<K, V> rest = remove(root, rank.applyAsLong(key), key);
        return rest == null && rank == EMPTY.rank ? empty() : new OrderedMap<>(rank, rest);
    }

    /** The values in the order of their keys. */
    public Iterable<V> values() {
        return () -> new Walk<>(root, node -> node.value);
    }

    /** The keys in order. */
    public Iterable<K> keys() {
        return () -> new Walk<>(root, node -> node.key);
    }

    /** The values whose keys are strictly above the bound, in the order of their keys. */
    public Iterable<V> valuesAbove(K bound) {
        return () -> new Walk<>(root, rank.applyAsLong(bound), bound, false, node -> node.value);
    }

    /** The values whose keys are at or above the bound, in the order of their keys. */
    public Iterable<V> valuesFrom(K bound) {
        return () -> new Walk<>(root, rank.applyAsLong(bound), bound, true, node -> node.value);
    }

    /** Entries on the longest path from the root; for tests of the balance. */
    int depth() {
        return depth(root);
    }

    private static int depth(@Nullable Node<?, ?> node) {
        return node == null ? 0 : 1 + Math.max(depth(node.left), depth(node.right));
    }

    private static int size(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }

    /** The middle one above two halves, which differ by one entry at most. */
    private @Nullable Node<K, V> tree(List<K> keys, List<V> values, int from, int to) {
        if (from == to) {
            return null;
        }
        int middle = (from + to) >>> 1;
        return new Node<>(
                rank.applyAsLong(keys.get(middle)),
                keys.get(middle),
                values.get(middle),
                tree(keys, values, from, middle),
                tree(keys, values, middle + 1, to));
    }

    private static <K extends Comparable<K>, V> Node<K, V> put(@Nullable Node<K, V> node, long rank, K key, V value) {
        if (node == null) {
            return new Node<>(rank, key, value, null, null);
        }
        int order = node.order(rank, key);
        if (order == 0) {
            return new Node<>(rank, node.key, value, node.left, node.right);
        }
        return order < 0
                ? balance(node, put(node.left, rank, key, value), node.right)
                : balance(node, node.left, put(node.right, rank, key, value));
    }

    private static <K extends Comparable<K>, V> @Nullable Node<K, V> remove(
            @Nullable Node<K, V> node, long rank, K key) {
        if (node == null) {
            return null;
        }
        int order = node.order(rank, key);
        if (order < 0) {
            return balance(node, remove(node.left, rank, key), node.right);
        }
        return order > 0 ? balance(node, node.left, remove(node.right, rank, key)) : join(node.left, node.right);
    }

    private static <K extends Comparable<K>, V> @Nullable Node<K, V> join(
            @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        Node<K, V> lowest = right;
        while (lowest.left != null) {
            lowest = lowest.left;
        }
        return balance(lowest, left, removeLowest(right));
    }

    private static <K extends Comparable<K>, V> @Nullable Node<K, V> removeLowest(Node<K, V> node) {
        return node.left == null ? node.right : balance(node, removeLowest(node.left), node.right);
    }

    /** The entry of {@code middle} between two trees of which at most one changed by one entry. */
    private static <K extends Comparable<K>, V> Node<K, V> balance(
            Node<K, V> middle, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        int leftSize = size(left);
        int rightSize = size(right);
        if (leftSize + rightSize > 1) {
            if (right != null && rightSize > DELTA * leftSize) {
                return rotateLeft(middle, left, right);
            }
            if (left != null && leftSize > DELTA * rightSize) {
                return rotateRight(middle, left, right);
            }
        }
        return node(middle, left, right);
    }

    private static <K extends Comparable<K>, V> Node<K, V> rotateLeft(
            Node<K, V> middle, @Nullable Node<K, V> left, Node<K, V> right) {
        Node<K, V> inner = right.left;
        if (inner == null || inner.size < RATIO * size(right.right)) {
            return node(right, node(middle, left, inner), right.right);
        }
        return node(inner, node(middle, left, inner.left), node(right, inner.right, right.right));
    }

    private static <K extends Comparable<K>, V> Node<K, V> rotateRight(
            Node<K, V> middle, Node<K, V> left, @Nullable Node<K, V> right) {
        Node<K, V> inner = left.right;
        if (inner == null || inner.size < RATIO * size(left.left)) {
            return node(left, left.left, node(middle, inner, right));
        }
        return node(inner, node(left, left.left, inner.left), node(middle, inner.right, right));
    }

    private static <K extends Comparable<K>, V> Node<K, V> node(
            Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(entry.rank, entry.key, entry.value, left, right);
    }

    /** One entry with the entries below and above it. */
    private static final class Node<K extends Comparable<K>, V> {
        final long rank;
        final K key;
        final V value;
        final @Nullable Node<K, V> left;
        final @Nullable Node<K, V> right;
        final int size;

        Node(long rank, K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
            this.rank = rank;
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.size = 1 + OrderedMap.size(left) + OrderedMap.size(right);
        }

        /** Where the key of that rank is: before this one, here, or after it. */
        int order(long otherRank, K other) {
            return otherRank != rank ? Long.compare(otherRank, rank) : other.compareTo(key);
        }
    }

    /** A walk in key order: the stack holds the nodes whose left side is done. */
    private static final class Walk<K extends Comparable<K>, V, T> implements Iterator<T> {
        private final ArrayDeque<Node<K, V>> path = new ArrayDeque<>();
        private final Function<Node<K, V>, T> view;

        Walk(@Nullable Node<K, V> root, Function<Node<K, V>, T> view) {
            this.view = view;
            descend(root);
        }

        Walk(@Nullable Node<K, V> root, long rank, K bound, boolean inclusive, Function<Node<K, V>, T> view) {
            this.view = view;
            Node<K, V> node = root;
            while (node != null) {
                int order = node.order(rank, bound);
                if (order < 0 || (inclusive && order == 0)) {
                    path.push(node);
                    node = node.left;
                } else {
                    node = node.right;
                }
            }
        }

        private void descend(@Nullable Node<K, V> from) {
            for (Node<K, V> node = from; node != null; node = node.left) {
                path.push(node);
            }
        }

        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public T next() {
            Node<K, V> node = path.poll();
            if (node == null) {
                throw new NoSuchElementException();
            }
            descend(node.right);
            return view.apply(node);
        }
    }
}
