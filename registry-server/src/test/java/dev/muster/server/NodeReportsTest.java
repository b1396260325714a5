// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.core.event.EventRecord;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.Replicas;
import dev.muster.server.rpc.PeerCalls;
import dev.muster.server.task.ThreadLoop;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class NodeReportsTest {
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void reportsReachTheLogAlthoughTheTaskThatSendsThemThrewOnce() {
        Replica replica = Replicas.inline();
        try (ThreadLoop loop = new ThreadLoop("reports", (task, cause) -> failures.add(task + ": " + cause));
                PeerCalls calls = new PeerCalls()) {
            NodeReports reports = new NodeReports("n1", calls, loop);
            reports.serve(throwingOnce(replica));
            reports.add("what an operator should know");

            await("it is in the log").until(() -> causes(replica).contains("what an operator should know"));
            assertThat(failures).containsExactly("reports: java.lang.IllegalStateException: planted");
        }
    }

    @Test
    void whoTellsHearsWhenALeaderTookIt() {
        Replica replica = Replicas.inline();
        try (ThreadLoop loop = new ThreadLoop("reports", (task, cause) -> failures.add(task + ": " + cause));
                PeerCalls calls = new PeerCalls()) {
            NodeReports reports = new NodeReports("n1", calls, loop);
            CompletableFuture<Void> told = reports.tell("last words");
            assertThat(told).isNotDone();
            reports.serve(replica);

            await("it is taken").until(told::isDone);
            assertThat(causes(replica)).contains("last words");
        }
    }

    /** The replica, but for the first question who leads. */
    private static Replica throwingOnce(Replica replica) {
        AtomicBoolean thrown = new AtomicBoolean();
        return (Replica) Proxy.newProxyInstance(
                Replica.class.getClassLoader(), new Class<?>[] {Replica.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("leadership") && thrown.compareAndSet(false, true)) {
                        throw new IllegalStateException("planted");
                    }
                    return method.invoke(replica, arguments);
                });
    }

    private static List<String> causes(Replica replica) {
        List<String> causes = new ArrayList<>();
        for (EventRecord event : replica.state().events().from(1)) {
            causes.add(event.toEvent().getCause());
        }
        return causes;
    }
}
