// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.system.Cluster;
import java.util.List;

/** Works that are measured together, on a fresh cluster in each round. Stateless. */
public interface Suite {
    /** All of them, in the order of the table. */
    List<Suite> ALL = List.of(
            new LoadSuite(),
            GapSuite.kills(),
            GapSuite.pauses(),
            new WatchSuite(),
            new LeaseSuite(),
            new CacheSuite(),
            new SizeSuite());

    /** The lines of the table that it fills. */
    List<String> works(Scale scale);

    /** The systems that it is measured on. */
    List<Cluster.Kind> kinds();

    /** Measures those of its works that the trial wants. */
    void run(Trial trial) throws Exception;
}
