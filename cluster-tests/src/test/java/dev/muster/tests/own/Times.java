// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long something took, again and again. For one thread. */
final class Times {
    private static final Logger LOG = LoggerFactory.getLogger(Times.class);

    private final String what;
    private final List<Long> millis = new ArrayList<>();

    Times(String what) {
        this.what = what;
    }

    void add(long took) {
        millis.add(took);
    }

    /** So many in a hundred took no longer, in ms: 50 for the median. */
    long percentile(int percent) {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.get(Math.max(0, (percent * sorted.size() + 99) / 100 - 1));
    }

    /** For people. */
    void print() {
        LOG.info(
                "{}: median {} ms, p99 {} ms, longest {} ms, of {}",
                what,
                percentile(50),
                percentile(99),
                percentile(100),
                millis.size());
    }
}
