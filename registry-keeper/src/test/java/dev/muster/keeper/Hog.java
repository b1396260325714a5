// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import java.util.concurrent.CountDownLatch;

/** A JVM that does nothing, for tests. */
final class Hog {
    private Hog() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println("running");
        new CountDownLatch(1).await();
    }
}
