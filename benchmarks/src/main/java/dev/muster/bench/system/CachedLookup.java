// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

/** A client that keeps the lists of services up to date by itself. Safe for use by any number of threads. */
public interface CachedLookup extends AutoCloseable {
    /** Takes the service's list from the client's memory. Its answer: how many instances it has. */
    int lookup(int service);

    @Override
    void close();
}
