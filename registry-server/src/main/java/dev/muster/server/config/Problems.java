// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, so that it can be told at once. For one thread. */
final class Problems {
    private final List<String> lines = new ArrayList<>();

    /** Notes a problem of a value that came from {@code origin}. */
    void add(String problem, String origin) {
        lines.add(problem + " [" + origin + "]");
    }

    /** Notes a problem that has no place. */
    void add(String problem) {
        lines.add(problem);
    }

    /** Ends the reading if there was any problem. */
    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new ConfigException(lines);
        }
    }
}
