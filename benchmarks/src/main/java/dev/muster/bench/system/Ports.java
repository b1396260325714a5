// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The ports of a cluster: ten for each node. Stateless. */
public final class Ports {
    /** Of each cluster. */
    public static final int NODES = 3;

    private Ports() {}

    /** The client port of a node, from 0. */
    public static int of(int base, int node) {
        return base + 10 * node;
    }

    /** The numbers of all nodes. */
    public static List<Integer> nodes() {
        return IntStream.range(0, NODES).boxed().toList();
    }

    /** Something of every node, joined by commas. */
    public static String joined(java.util.function.IntFunction<String> part) {
        return nodes().stream().map(part::apply).collect(Collectors.joining(","));
    }
}
