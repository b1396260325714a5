// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** Waiting for a server to be ready. Stateless. */
public final class Waiting {
    private Waiting() {}

    /** Asks every 20 ms until it holds; what the question throws counts as no. */
    public static void until(String what, Duration longest, Callable<Boolean> question) throws Exception {
        long end = System.nanoTime() + longest.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (question.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            Thread.sleep(20);
        }
        TimeoutException late = new TimeoutException(what + " did not come true within " + longest);
        if (last != null) {
            late.addSuppressed(last);
        }
        throw late;
    }
}
