// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.MusterClient;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.v1.Request;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The usage that the documentation shows, with real time and real threads. */
@Timeout(60)
class UsageTest {
    private final FakeNode node = new FakeNode();
    private final Queue<ServiceSnapshot> heard = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<List<ServiceInstance>> seen = new CompletableFuture<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void programRegistersSeesOthersAndLeaves() {
        CompletableFuture<Void> program = CompletableFuture.runAsync(this::program);
        FakeSession session = node.nextSession();
        while (!session.begins()) {
            session = node.nextSession();
        }
        session.greet(11);
        Request register = session.request();
        session.accept(register, 5);
        FakeWatch watch = node.nextWatch();
        watch.greet();
        long id = watch.subscription().getWatch();
        watch.snapshot(id, 10, "payments-1");
        assertThat(done(seen)).extracting(ServiceInstance::id).containsExactly("payments-1");
        await().until(() -> heard.size() == 1);
        watch.delta(id, 10, 11, List.of("payments-2"), List.of());
        await().until(() -> heard.size() == 2);
        stop.complete(null);
        Request deregister = session.request();
        session.accept(deregister, 6);
        Request closeSession = session.request();
        session.accept(closeSession, 7);

        done(program);
        assertThat(register.getRegister().getInstance().getEndpoints(0).getPort())
                .isEqualTo(8080);
        assertThat(deregister.getDeregister().getIncarnation()).isEqualTo(5);
        assertThat(closeSession.hasCloseSession()).isTrue();
        done(session.ended);
        done(watch.ended);
    }

    private void program() {
        try (MusterClient muster = MusterClient.connect(node.address());
                Registration me =
                        muster.register(ServiceInstance.of("orders", "orders-1").endpoint("grpc", "10.0.0.5", 8080))) {
            ServiceView payments = muster.view("payments");
            seen.complete(payments.instances());
            payments.onChange(heard::add);
            assertThat(me.state()).isEqualTo(Registration.State.REGISTERED);
            stop.join();
        }
    }
}
