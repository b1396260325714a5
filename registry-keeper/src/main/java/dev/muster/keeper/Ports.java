// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** The ports that the keeper gives to units: each to one, and only when nobody listens there. For one thread. */
final class Ports {
    private final int first;
    private final int last;
    private final Set<Integer> given = new HashSet<>();

    Ports(int first, int last) {
        this.first = first;
        this.last = last;
    }

    /** Notes a port as given. */
    void keep(int port) {
        given.add(port);
    }

    /** A port may be given again. */
    void free(int port) {
        given.remove(port);
    }

    /**
     * Gives a port.
     *
     * @throws IOException when none is left
     */
    int next() throws IOException {
        for (int port = first; port <= last; port++) {
            if (!given.contains(port) && isFree(port)) {
                given.add(port);
                return port;
            }
        }
        throw new IOException("no port is free from " + first + " to " + last);
    }

    /** Whether nobody listens there. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
