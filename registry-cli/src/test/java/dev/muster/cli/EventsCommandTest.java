// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.InstanceStatus;
import dev.muster.client.MusterException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class EventsCommandTest {
    private final Shell shell = new Shell();

    @BeforeEach
    void story() {
        shell.muster.events.add(EventType.CLUSTER_CREATED, "", null, 0, "cluster c was created");
        shell.muster.events.add(EventType.LEADER_CHANGED, "", null, 0, "node n1 leads in term 2");
        shell.muster.events.add(EventType.INSTANCE_REGISTERED, "a", InstanceStatus.UP, 0, "registered");
        shell.muster.events.add(
                EventType.INSTANCE_EXPIRED, "a", null, 7, "session 7 of orders was not heard in its 10000 ms");
        shell.muster.events.add(EventType.LEADER_CHANGED, "", null, 0, "node n2 leads in term 5");
    }

    @Test
    void newestEventsAreListedWithTheNewestLast() {
        Run run = shell.run("events", "ls", "--limit", "2");
        assertThat(run.data()).isEqualTo("""
                SEQUENCE  TIME                  TYPE              ABOUT             ACTOR  CAUSE
                       4  1970-01-01T00:00:04Z  instance-expired  default/orders/a  n1     session 7 of orders was not heard in its 10000 ms
                       5  1970-01-01T00:00:05Z  leader-changed    -                 n1     node n2 leads in term 5
                """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void eventsAreAskedForAsTheOptionsSay() {
        shell.run(
                "events",
                "ls",
                "--instance",
                "orders/a",
                "--type",
                "instance-expired",
                "--type",
                "LEASE_HELD",
                "--actor",
                "n1",
                "--since",
                "1970-01-01T00:00:03Z",
                "--namespace",
                "team");
        assertThat(shell.muster.events.asked.get(0))
                .isEqualTo(EventQuery.all()
                        .namespace("team")
                        .service("orders")
                        .id("a")
                        .types(EventType.INSTANCE_EXPIRED, EventType.LEASE_HELD)
                        .actor("n1")
                        .from(Instant.ofEpochSecond(3))
                        .newestFirst(true));
    }

    @Test
    void soLongAgoIsCountedFromNow() {
        Instant before = Instant.now();
        shell.run("events", "ls", "--since", "10m");
        Optional<Instant> from = shell.muster.events.asked.get(0).from();
        assertThat(from.orElseThrow())
                .isBetween(before.minus(Duration.ofMinutes(10)), Instant.now().minus(Duration.ofMinutes(10)));
    }

    @Test
    void scriptsGetLinesAndJson() {
        assertThat(shell.run("events", "ls", "--service", "orders", "-w", "simple")
                        .data())
                .isEqualTo("""
                3|1970-01-01T00:00:03Z|instance-registered|default/orders/a|n1|registered
                4|1970-01-01T00:00:04Z|instance-expired|default/orders/a|n1|session 7 of orders was not heard in its 10000 ms
                """.replace('|', '\t'));
        assertThat(shell.run("events", "ls", "--type", "instance-registered", "-w", "json")
                        .data())
                .contains("\"type\": \"instance-registered\"", "\"status\": \"up\"", "\"service\": \"orders\"");
    }

    @Test
    void wrongOptionsAreRefusedInWords() {
        assertThat(shell.run("events", "ls", "--type", "nothing").talk())
                .contains("nothing (expected: cluster-created");
        assertThat(shell.run("events", "ls", "--since", "yesterday").exitCode()).isEqualTo(3);
        assertThat(shell.run("events", "ls", "--limit", "0").exitCode()).isEqualTo(3);
        assertThat(shell.run("events", "tail", "--count", "0").exitCode()).isEqualTo(3);
        assertThat(shell.run("events", "ls", "--service", "a", "--instance", "a/b")
                        .exitCode())
                .isEqualTo(3);
    }

    @Test
    void tailPrintsEventsUntilThereAreEnough() {
        CompletableFuture<Run> running = tail("--count", "2", "-w", "simple");
        var listener = shell.muster.events.listener.join();
        shell.muster.events.all.forEach(listener);
        assertThat(running.join().data().lines()).hasSize(2);
        assertThat(running.join().talk()).contains("following events");
        assertThat(shell.muster.events.closed).isTrue();
        assertThat(shell.muster.events.asked).containsExactly(EventQuery.all());
    }

    @Test
    void tailSinceATimeIsAskedForByThatTime() {
        CompletableFuture<Run> running = tail("--since", "1970-01-01T00:00:04Z");
        shell.muster.events.listener.join();
        shell.stop.request();
        running.join();
        assertThat(shell.muster.events.asked)
                .as("the registry looks for the first event itself, so that none happens in between")
                .containsExactly(EventQuery.all().from(Instant.ofEpochSecond(4)));
    }

    @Test
    void tailThatCannotGoOnEndsWithTheReason() {
        CompletableFuture<Run> running = tail();
        shell.muster.events.listener.join();
        shell.muster.events.ended.completeExceptionally(
                FakeMuster.refused(MusterException.Reason.NOT_RETAINED, "event 1 is not kept any more"));
        assertThat(running.join().exitCode()).isEqualTo(4);
        assertThat(running.join().talk()).contains("event 1 is not kept any more");
    }

    @Test
    void failoversTellWhatLedToThemAndWhatFollowed() {
        shell.muster.events.add(EventType.LEASE_EXPIRED, "", null, 0, "of the registry's own doing");
        shell.muster.events.actor = "127.0.0.1";
        shell.muster.events.add(EventType.INSTANCE_REGISTERED, "a", InstanceStatus.UP, 0, "registered");

        assertThat(shell.run("failovers").data()).isEqualTo("""
                TERM  LEADER  AFTER  TIME                  SILENCE  ELECTION  FIRST WRITE  LEASES  EVENT
                   2  n1      -      1970-01-01T00:00:02Z        -         -            -       -      2
                   5  n1      n2     1970-01-01T00:00:05Z    480ms      20ms         2.0s       7      5
                """);
        assertThat(shell.run("failovers", "-w", "simple").data())
                .endsWith("\n5\tn1\tn2\t1970-01-01T00:00:05Z\t480\t20\t2000\t7\t5\n");
        assertThat(shell.run("failovers", "--limit", "1", "-w", "json").data()).isEqualTo("""
                {
                  "failovers": [
                    {
                      "term": 5,
                      "leader": "n1",
                      "time": "1970-01-01T00:00:05Z",
                      "sequence": 5,
                      "oldLeader": "n2",
                      "oldTerm": 2,
                      "leasesExtended": 7,
                      "lastContact": "1970-01-01T00:00:04.520Z",
                      "stood": "1970-01-01T00:00:04.980Z",
                      "firstWrite": "1970-01-01T00:00:07Z"
                    }
                  ]
                }
                """);
        assertThat(shell.run("failovers", "--limit", "0").exitCode()).isEqualTo(3);
    }

    private CompletableFuture<Run> tail(String... options) {
        String[] line =
                Stream.concat(Stream.of("events", "tail"), Stream.of(options)).toArray(String[]::new);
        return CompletableFuture.supplyAsync(() -> shell.run(line)).orTimeout(20, TimeUnit.SECONDS);
    }
}
