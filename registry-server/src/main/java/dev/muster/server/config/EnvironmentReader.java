// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads {@code MUSTER_*}.
 *
 * <p>The environment is shared with others: the launcher, the command line and a keeper have variables of their own, and
 * an orchestrator may put in {@code MUSTER_PORT} for a service called muster. So an unknown variable is refused only if
 * it looks like a known one that was misspelt, and is named in a warning otherwise.
 */
final class EnvironmentReader {
    private static final String PREFIX = "MUSTER_";
    private static final Set<String> OF_OTHERS = Set.of(
            "MUSTER_ENDPOINTS",
            "MUSTER_NAMESPACE",
            "MUSTER_WRITE_OUT",
            "MUSTER_TIMEOUT",
            "MUSTER_DEBUG",
            "MUSTER_HEAP",
            "MUSTER_JAVA_OPTS",
            "MUSTER_KEEPER_DATA",
            "MUSTER_KEEPER_HEAP",
            "MUSTER_UNIT",
            "MUSTER_MARK");
    /** A misspelling: this many letters differ at most. */
    private static final int NEAR = 2;

    private EnvironmentReader() {}

    static List<Setting> read(Map<String, String> environment, Problems problems, List<String> warnings) {
        Map<String, Key<?>> known = new TreeMap<>();
        Stream.concat(Keys.ALL.stream(), Stream.of(Keys.CONFIG)).forEach(key -> known.put(key.variable(), key));
        List<Setting> settings = new ArrayList<>();
        new TreeMap<>(environment).forEach((variable, text) -> {
            Key<?> key = known.get(variable);
            if (key != null) {
                settings.add(new Setting(key.name(), text, variable));
            } else if (variable.startsWith(PREFIX) && !OF_OTHERS.contains(variable)) {
                unknown(variable, Keys.nearest(variable, List.copyOf(known.keySet())), problems, warnings);
            }
        });
        return settings;
    }

    private static void unknown(String variable, String nearest, Problems problems, List<String> warnings) {
        if (Keys.distance(variable, nearest) <= NEAR) {
            problems.add(variable + ": unknown (did you mean " + nearest + "?)", "environment");
        } else {
            warnings.add(variable + ": unknown, ignored (the nearest variable is " + nearest + ")");
        }
    }
}
