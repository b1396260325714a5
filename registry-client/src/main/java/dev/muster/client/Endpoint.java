// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * One address of an instance. Immutable.
 *
 * @param name unique within the instance: {@code grpc}, {@code http}, {@code admin}
 * @param protocol what is spoken there: {@code grpc}, {@code http}, {@code https}, {@code tcp} or any other name
 * @param host a DNS name or an IP address that callers can reach
 * @param port 1 to 65535
 */
public record Endpoint(String name, String protocol, String host, int port) {
    static final int HIGHEST_PORT = 65_535;

    /** Checks the port; the registry checks the rest. */
    public Endpoint {
        if (port < 1 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "port of endpoint " + name + ": " + port + " (expected: 1 to " + HIGHEST_PORT + ")");
        }
    }

    /** {@code host:port}, with an IPv6 address in brackets. */
    public String address() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
