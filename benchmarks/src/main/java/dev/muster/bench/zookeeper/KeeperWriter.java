// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.zookeeper;

import dev.muster.bench.system.PatientWriter;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** Finds another node by itself, as ZooKeeper's client does; what was on its way is written again. */
final class KeeperWriter implements PatientWriter {
    private static final String PATH = "/gap";
    private static final int ANY_VERSION = -1;

    private final ZooKeeper keeper;

    KeeperWriter(ZooKeeper keeper) throws KeeperException, InterruptedException {
        this.keeper = keeper;
        keeper.create(PATH, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    @Override
    public void write(byte[] payload) throws InterruptedException {
        while (true) {
            try {
                keeper.setData(PATH, payload, ANY_VERSION);
                return;
            } catch (KeeperException.ConnectionLossException e) {
                // The client looks for another node meanwhile.
            } catch (KeeperException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            keeper.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
