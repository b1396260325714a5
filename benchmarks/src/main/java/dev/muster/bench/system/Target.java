// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.util.concurrent.CompletableFuture;

/** A client of one system, as a user of it would write one. Safe for use by several threads. */
public interface Target extends AutoCloseable {
    /** Registers an instance that goes when its owner dies; acknowledged when a quorum has it on disk. */
    CompletableFuture<?> register(String service, String id, byte[] payload);

    /** Replaces the data of a registered instance; acknowledged when a quorum has it on disk. */
    CompletableFuture<?> update(String service, String id, byte[] payload);

    /** Reads one instance; shows every write acknowledged before. */
    CompletableFuture<?> lookupOne(String service, String id);

    /** Reads all instances of a service with their data; shows every write acknowledged before. Its answer: how many. */
    CompletableFuture<Integer> lookupService(String service);

    @Override
    void close();
}
