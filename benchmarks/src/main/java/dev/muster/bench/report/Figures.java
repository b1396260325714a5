// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Collects the figures of one work, in the order of the table's columns. Used by one thread. */
public final class Figures {
    private final Map<Figure, Double> all = new LinkedHashMap<>();

    /** With the one that systems are compared by. */
    public static Figures of(Figure figure, double value) {
        return new Figures().and(figure, value);
    }

    /** With another one. */
    public Figures and(Figure figure, double value) {
        all.put(figure, value);
        return this;
    }

    /** With another one, if it could be measured. */
    public Figures and(Figure figure, OptionalDouble value) {
        value.ifPresent(known -> and(figure, known));
        return this;
    }

    /** All of them. */
    public Map<Figure, Double> all() {
        return Collections.unmodifiableMap(all);
    }
}
