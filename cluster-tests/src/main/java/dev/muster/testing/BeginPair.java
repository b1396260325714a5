// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.client.EventPair;
import dev.muster.client.MusterClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A program that says what it is about to do, prints {@code BEGUN}, and never says what came of it. */
public final class BeginPair {
    private BeginPair() {}

    /** Takes the endpoints with commas between, the owner and the id of the pair. */
    public static void main(String[] arguments) throws InterruptedException {
        MusterClient client = MusterClient.builder()
                .endpoints(arguments[0].split(",", -1))
                .clientName("begin-pair")
                .sessionTtl(Duration.ofSeconds(2))
                .connect();
        long before = client.events()
                .begin(new EventPair.Name(arguments[1], arguments[2]), "stopping", "the old one", Optional.empty());
        System.out.println("BEGUN " + before);
        new CountDownLatch(1).await();
    }
}
