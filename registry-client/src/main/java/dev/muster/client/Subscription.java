// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** A listener's place. Closing it ends the calls; one that is running is not waited for. Safe for any thread. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
