// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.List;

/** Why a node cannot start with what it was given: all reasons at once, each with its place. For people. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    ConfigException(List<String> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each problem. */
    public List<String> problems() {
        return problems;
    }

    private static String message(List<String> problems) {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return "the configuration cannot be used, " + count + ":\n  " + String.join("\n  ", problems);
    }
}
