// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

/**
 * The instance of a service that all clients fight for now. It is followed by another one before its history grows too
 * long to be judged, or too uncertain. Safe for use by any number of threads.
 */
final class Slot {
    private static final int CALLS_PER_INSTANCE = 150;
    private static final int UNKNOWN_PER_INSTANCE = 8;

    private final String service;
    private int instance;
    private int calls;
    private int unknown;

    Slot(String service) {
        this.service = service;
    }

    String service() {
        return service;
    }

    /** The instance for the next call. */
    synchronized String nextId() {
        if (calls >= CALLS_PER_INSTANCE || unknown >= UNKNOWN_PER_INSTANCE) {
            instance++;
            calls = 0;
            unknown = 0;
        }
        calls++;
        return "i" + instance;
    }

    /** A call came to nothing that anybody knows. */
    synchronized void unknown() {
        unknown++;
    }
}
