// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A node's configuration and how it came about. Immutable.
 *
 * @param config what holds
 * @param settings every value with its origin, in the order in which the keys are explained
 * @param warnings what is allowed, but probably not meant; one line each
 */
public record EffectiveConfig(ServerConfig config, List<Setting> settings, List<String> warnings) {
    /** Copies the lists. */
    public EffectiveConfig {
        settings = List.copyOf(settings);
        warnings = List.copyOf(warnings);
    }

    /** One line for each value: key, value, origin. For a node's log and for people. */
    public String describe() {
        int keyWidth = settings.stream().mapToInt(s -> s.key().length()).max().orElse(0);
        int textWidth = settings.stream().mapToInt(s -> s.text().length()).max().orElse(0);
        return settings.stream()
                .map(s -> pad(s.key(), keyWidth) + "  " + pad(s.text(), textWidth) + "  " + s.origin())
                .collect(Collectors.joining("\n"));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
