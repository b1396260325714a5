// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a client, complete and checked. Immutable.
 *
 * @param endpoints client ports of the nodes, each {@code host:port}
 * @param clientName the program's name, up to 128 characters
 * @param namespace meant wherever none is named
 * @param sessionTtl time of the session's lease, 1 s to 1 h
 * @param requestTimeout bound of each call, 10 ms to 1 h
 * @param diskCache the folder for the last known lists of views, if they are to be kept
 */
public record ClientOptions(
        List<String> endpoints,
        String clientName,
        String namespace,
        Duration sessionTtl,
        Duration requestTimeout,
        Optional<Path> diskCache) {
    static final String DEFAULT_CLIENT_NAME = "java";
    static final String DEFAULT_NAMESPACE = "default";
    static final Duration DEFAULT_SESSION_TTL = Duration.ofSeconds(10);
    static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int LONGEST_NAME = 128;

    /** Checks everything. */
    public ClientOptions {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints: none (expected: host:port of at least one node)");
        }
        endpoints.forEach(ClientOptions::checkEndpoint);
        if (clientName.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "clientName: " + clientName.length() + " characters (expected: up to " + LONGEST_NAME + ")");
        }
        checkBetween("sessionTtl", sessionTtl, Duration.ofSeconds(1));
        checkBetween("requestTimeout", requestTimeout, Duration.ofMillis(10));
    }

    private static void checkEndpoint(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        if (colon <= 0 || !isPort(endpoint.substring(colon + 1)) || endpoint.contains("/")) {
            throw new IllegalArgumentException(
                    "endpoint: " + endpoint + " (expected: host:port, for instance 127.0.0.1:7440)");
        }
    }

    private static boolean isPort(String text) {
        try {
            int port = Integer.parseInt(text);
            return port >= 1 && port <= Endpoint.HIGHEST_PORT;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void checkBetween(String name, Duration value, Duration shortest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + ": " + value.toMillis() + " ms (expected: " + shortest.toMillis()
                    + " to " + LONGEST.toMillis() + " ms)");
        }
    }
}
