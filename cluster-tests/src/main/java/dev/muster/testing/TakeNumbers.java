// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.client.Keyspace;
import dev.muster.client.MusterClient;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of a user of the registry: takes numbers of a keyspace, some a second, until it is killed. Prints each as
 * {@code NUMBER n}.
 */
public final class TakeNumbers {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private TakeNumbers() {}

    /** Takes the endpoints with commas between, the keyspace and the session's milliseconds. */
    public static void main(String[] arguments) {
        MusterClient client = MusterClient.builder()
                .endpoints(arguments[0].split(",", -1))
                .clientName("take-numbers")
                .sessionTtl(Duration.ofMillis(Long.parseLong(arguments[2])))
                .connect();
        Keyspace keyspace = client.keyspace(arguments[1]);
        while (true) {
            System.out.println("NUMBER " + keyspace.next());
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
