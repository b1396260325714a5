// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as people write it: {@code 10.0.0.1:7440}, {@code a.example.org:7440}, {@code [::1]:7440}. Nothing is
 * resolved. Immutable.
 *
 * @param host a DNS name or an IP address, an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");

    /** Reads the written form; refuses any other. */
    static HostPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("host:port, for instance 10.0.0.1:7440 or [::1]:7440");
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        int port = Integer.parseInt(matcher.group(3));
        if (port < 1 || port + Ports.LAST_OFFSET > Ports.MAX) {
            throw new IllegalArgumentException("a port from 1 to " + (Ports.MAX - Ports.LAST_OFFSET) + ": those up to +"
                    + Ports.LAST_OFFSET + " are the node's, too");
        }
        return new HostPort(host, port);
    }

    /** The same host, some ports further. */
    HostPort plus(int offset) {
        return new HostPort(host, port + offset);
    }

    /** Whether only this machine can reach it. A name other than localhost could mean anything, so it does not count. */
    boolean isLoopback() {
        return isLoopback(host);
    }

    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    /** Whether it means "all addresses of this machine", where one can listen but that nobody can call. */
    boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** The written form, as it can be read back. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
