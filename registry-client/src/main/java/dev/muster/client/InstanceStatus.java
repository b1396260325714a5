// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** What an instance says of itself. */
public enum InstanceStatus {
    /** Runs, but must not be called yet. */
    STARTING,
    /** Serves. The only status that a lookup shows by default. */
    UP,
    /** Finishes what it has, takes nothing new. */
    DRAINING,
    /** Registered, but does not serve. */
    DOWN
}
