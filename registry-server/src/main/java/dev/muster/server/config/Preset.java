// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A named set of values that fit together, for the kind of network between the nodes. */
public enum Preset {
    /** All nodes on one machine. */
    LOCAL("300ms"),
    /** Nodes in one building or one region of a cloud: round trips below about 10 ms. */
    LAN("500ms"),
    /** Nodes in several regions: round trips up to about 150 ms. */
    WAN("1500ms");

    private final String electionTimeout;

    Preset(String electionTimeout) {
        this.electionTimeout = electionTimeout;
    }

    /** The value of {@code election.timeout}. */
    String electionTimeout() {
        return electionTimeout;
    }

    /** The name as it is written in a configuration. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Preset parse(String text) {
        return Arrays.stream(values())
                .filter(preset -> preset.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(Arrays.stream(values())
                        .map(Preset::toString)
                        .collect(Collectors.joining(", ", "one of ", ""))));
    }
}
