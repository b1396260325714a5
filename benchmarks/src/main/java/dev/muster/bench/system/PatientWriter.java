// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

/** A client with one write in flight that knows all nodes. Used by one thread. */
public interface PatientWriter extends AutoCloseable {
    /** Returns when the write is acknowledged, however often it has to be tried; only an interrupt ends that. */
    void write(byte[] payload) throws InterruptedException;

    @Override
    void close();
}
