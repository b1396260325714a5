// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.PatientWriter;
import dev.muster.client.Change;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;

/** The client sends a write again by itself; only when it gave up is it written anew. */
final class MusterWriter implements PatientWriter {
    private final MusterClient client;

    MusterWriter(MusterClient client) {
        this.client = client;
    }

    @Override
    public void write(byte[] payload) throws InterruptedException {
        while (true) {
            try {
                var unused = client.write(Change.register(MusterTarget.instance("gap", "i-1", payload)));
                return;
            } catch (MusterException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
