// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.client.MusterClient;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A program of a user of the registry: registers one instance and holds it until it is killed. Prints each state of its
 * registration as {@code STATE n INCARNATION i}.
 */
public final class HoldRegistration {
    private HoldRegistration() {}

    /** Takes the endpoints with commas between, the service, the id of the instance and the lease's milliseconds. */
    public static void main(String[] arguments) throws InterruptedException {
        MusterClient client = MusterClient.builder()
                .endpoints(arguments[0].split(",", -1))
                .clientName("hold-" + arguments[2])
                .sessionTtl(Duration.ofMillis(Long.parseLong(arguments[3])))
                .connect();
        Registration registration =
                client.announce(ServiceInstance.of(arguments[1], arguments[2]).endpoint("grpc", "10.0.0.1", 8080));
        registration.onState(
                state -> System.out.println("STATE " + state + " INCARNATION " + registration.incarnation()));
        new CountDownLatch(1).await();
    }
}
