// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine that the tests run on. Stateless. */
public final class Machine {
    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

    /** Three nodes and their writers alone stay below it on two processors. */
    private static final double BUSY_PER_PROCESSOR = 3.0;

    private Machine() {}

    /**
     * Whether times that are measured now say something of the cluster, and not of whatever else is running here. Says
     * so when they do not.
     */
    public static boolean isFitForTiming() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        int processors = Runtime.getRuntime().availableProcessors();
        boolean fit = load <= BUSY_PER_PROCESSOR * processors;
        if (!fit) {
            LOG.warn("load {} on {} processors: times are printed, not judged", load, processors);
        }
        return fit;
    }
}
