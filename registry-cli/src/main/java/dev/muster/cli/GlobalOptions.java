// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Durations;
import dev.muster.cli.output.Format;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options that every command takes, at any place of the line. Filled by picocli; each of them can be given by the
 * environment too, as MUSTER_ and its name in capitals.
 */
final class GlobalOptions {
    static final String DEFAULT_ENDPOINTS = "127.0.0.1:7440,127.0.0.1:7450,127.0.0.1:7460";

    private static final String DEFAULT_TIMEOUT = "5s";

    @Option(
            names = "--endpoints",
            scope = ScopeType.INHERIT,
            paramLabel = "HOST:PORT,...",
            description = {"Client ports of the nodes. Default:", DEFAULT_ENDPOINTS})
    private @Nullable String endpoints;

    @Option(
            names = "--namespace",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "Namespace of the services. Default: default")
    private @Nullable String namespace;

    @Option(
            names = {"-w", "--write-out"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "table, json, or simple: tab-separated, no header. Default: table")
    private @Nullable String writeOut;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "DURATION",
            description = "How long a call to the registry may take, 10ms to 1h. Default: " + DEFAULT_TIMEOUT)
    private @Nullable String timeout;

    /**
     * The settings in force.
     *
     * @throws CliException when a value is invalid; the message names where it was given
     */
    Settings resolve(Map<String, String> environment) {
        return new Settings(
                Arrays.stream(resolve("endpoints", endpoints, environment, DEFAULT_ENDPOINTS, Function.identity())
                                .split(","))
                        .map(String::strip)
                        .toList(),
                resolve("namespace", namespace, environment, "", Function.identity()),
                resolve("write-out", writeOut, environment, Format.TABLE.toString(), Format::parse),
                resolve("timeout", timeout, environment, DEFAULT_TIMEOUT, Durations::parse));
    }

    private static <T> T resolve(
            String name,
            @Nullable String flag,
            Map<String, String> environment,
            String byDefault,
            Function<String, T> parser) {
        String variable = "MUSTER_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
        String given = environment.getOrDefault(variable, "");
        String origin = flag != null ? "--" + name : variable;
        try {
            return parser.apply(flag != null ? flag : given.isEmpty() ? byDefault : given);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.INVALID, origin + ": " + e.getMessage(), e);
        }
    }
}
