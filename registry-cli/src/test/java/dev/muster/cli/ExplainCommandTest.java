// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.EventType;
import dev.muster.client.InstanceStatus;
import dev.muster.client.Listing;
import dev.muster.client.LookupResult;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExplainCommandTest {
    private final Shell shell = new Shell();
    private final FakeEvents events = shell.muster.events;

    @Test
    void whatServesIsExplainedByItsRegistration() {
        registered("a");
        shows(0, instance("a", InstanceStatus.UP));

        assertExplained("a|yes|serving|1970-01-01T00:00:01Z|1|it is registered and serves (registered, by n1)");
    }

    @Test
    void whatWasReplacedIsExplainedByTheNewerProcess() {
        registered("a");
        events.add(EventType.INSTANCE_REPLACED, "a", InstanceStatus.UP, 0, "a new process took over");
        events.add(EventType.INSTANCE_UPDATED, "a", InstanceStatus.UP, 0, "updated");
        shows(0, instance("a", InstanceStatus.UP));

        assertExplained(
                "a|yes|serving|1970-01-01T00:00:02Z|2|it is registered and serves (a new process took over, by n1)");
    }

    @Test
    void whatDrainsIsExplainedByTheUpdateSinceWhichItDoes() {
        registered("a");
        events.add(EventType.INSTANCE_UPDATED, "a", InstanceStatus.DRAINING, 0, "updated");
        events.add(EventType.INSTANCE_UPDATED, "a", InstanceStatus.DRAINING, 0, "updated");
        shows(0, instance("a", InstanceStatus.DRAINING));

        assertExplained("a|no|draining|1970-01-01T00:00:02Z|2|it is registered, but says that it is draining (updated,"
                + " by its operator, n1)");
    }

    @Test
    void whatIsDownOrStartsSaysSo() {
        events.add(EventType.INSTANCE_REGISTERED, "a", InstanceStatus.DOWN, 0, "registered");
        events.add(EventType.INSTANCE_REGISTERED, "b", InstanceStatus.STARTING, 0, "registered");
        shows(0, instance("a", InstanceStatus.DOWN), instance("b", InstanceStatus.STARTING));

        assertExplained(
                "a|no|down|1970-01-01T00:00:01Z|1|it is registered, but says that it is down (registered, by n1)",
                "b|no|starting|1970-01-01T00:00:02Z|2|it is registered, but says that it is starting (registered, by n1)");
    }

    @Test
    void whatIsHeldIsExplainedByTheBudget() {
        registered("a");
        events.add(EventType.LEASE_HELD, "", null, 7, "service orders: too many");
        shows(1, instance("a", InstanceStatus.UP));

        assertExplained("a|yes|held|1970-01-01T00:00:02Z|2|its owner is not heard, but the expiry budget keeps it"
                + " listed: service orders: too many");
    }

    @Test
    void whatWasHeldAndIsHeardAgainServes() {
        registered("a");
        events.add(EventType.LEASE_HELD, "", null, 7, "service orders: too many");
        events.add(EventType.LEASE_RESUMED, "", null, 7, "its owner was heard again");
        shows(1, instance("a", InstanceStatus.UP));

        assertThat(shell.run("explain", "orders", "-w", "simple").data()).startsWith("a\tyes\tserving");
    }

    @Test
    void whatIsGoneIsExplainedByItsEnd() {
        registered("a");
        registered("b");
        events.add(EventType.INSTANCE_DEREGISTERED, "a", null, 0, "deregistered");
        events.add(EventType.INSTANCE_EXPIRED, "b", null, 7, "session 7 was not heard in time");
        shows(0);

        assertExplained(
                "a|no|deregistered|1970-01-01T00:00:03Z|3|it was taken off the list: deregistered, by n1",
                "b|no|expired|1970-01-01T00:00:04Z|4|it expired: session 7 was not heard in time, by n1");
    }

    @Test
    void whatWentWithTheSessionOfItsProcessIsLost() {
        registered("a");
        events.add(
                EventType.INSTANCE_EXPIRED, "a", null, 7, 7, "session 7 of \"orders\" was not heard in its 10000 ms");
        shows(0);

        assertExplained("a|no|lost|1970-01-01T00:00:02Z|2|it went with its process, which was killed, hangs or is cut"
                + " off: session 7 of \"orders\" was not heard in its 10000 ms, by n1");
    }

    @Test
    void whatWentWithTheKeeperOfItsHostIsSaidToHave() {
        registered("a");
        String cause = "session 7 of \"muster-keeper\" was not heard in its 10000 ms";
        events.add(EventType.INSTANCE_EXPIRED, "a", null, 7, 7, cause);
        events.add(EventType.KEEPER_LOST, "host-1", null, 7, 7, "nobody keeps the units of host host-1: " + cause);
        shows(0);

        assertThat(shell.run("explain", "orders", "-w", "simple").data())
                .contains(
                        "a\tno\tkeeper-lost\t1970-01-01T00:00:03Z\t3\tit went with the keeper of host host-1, which was"
                                + " killed, hangs or is cut off; it may still run, unlisted: " + cause + ", by n1");
    }

    @Test
    void olderProcessesOfAnInstanceThatIsAskedForAreExplainedToo() {
        registered("a");
        events.add(EventType.INSTANCE_EXPIRED, "a", null, 7, "lease 7 was not renewed");
        registered("a");
        events.fenced = 3;
        events.add(EventType.INSTANCE_FENCED, "a", null, 7, "another process took its place as incarnation 5");
        events.add(EventType.INSTANCE_REPLACED, "a", InstanceStatus.UP, 0, "a new process took over");
        shows(0, instance("a", InstanceStatus.UP));

        assertThat(shell.run("explain", "orders/a", "-w", "simple").data().lines())
                .containsExactly(
                        "a\tyes\tserving\t1970-01-01T00:00:05Z\t5\tit is registered and serves (a new process took over,"
                                + " by n1)",
                        "a\tno\tfenced\t1970-01-01T00:00:04Z\t4\tincarnation 3 was fenced: another process took its"
                                + " place as incarnation 5, by n1",
                        "a\tno\texpired\t1970-01-01T00:00:02Z\t2\tincarnation 1 expired: lease 7 was not renewed, by"
                                + " n1");
        assertThat(shell.run("explain", "orders", "-w", "simple").data().lines())
                .as("all instances as they are now")
                .hasSize(1);
    }

    @Test
    void whatItsOperatorSetIsToldApartFromItsOwnWord() {
        registered("a");
        registered("b");
        events.add(EventType.INSTANCE_UPDATED, "a", InstanceStatus.DOWN, 7, "updated");
        events.add(EventType.INSTANCE_UPDATED, "b", InstanceStatus.DOWN, 7, 7, "updated");
        shows(0, instance("a", InstanceStatus.DOWN), instance("b", InstanceStatus.DOWN));

        assertExplained(
                "a|no|down|1970-01-01T00:00:03Z|3|it is registered, but says that it is down (updated, by its operator,"
                        + " n1)",
                "b|no|down|1970-01-01T00:00:04Z|4|it is registered, but says that it is down (updated, by n1)");
    }

    @Test
    void whatItsKeeperDoesNotStartIsExplainedByTheKeeper() {
        registered("a");
        events.add(EventType.INSTANCE_DEREGISTERED, "a", null, 7, "deregistered");
        events.tell("a", "gave_up", "a: exit 1; started again 5 times");
        registered("b");
        events.add(EventType.INSTANCE_DEREGISTERED, "b", null, 7, "deregistered");
        events.tell("b", "crash_loop_backoff", "b: exit 1; waiting 2000 ms");
        events.tell("c", "gave_up", "c: exit 1");
        shows(0);

        assertExplained(
                "a|no|gave-up|1970-01-01T00:00:03Z|3|it ended so often that its keeper gave it up: a: exit 1; started"
                        + " again 5 times, by n1",
                "b|no|crash-loop|1970-01-01T00:00:06Z|6|it ended again, and its keeper waits before it starts it: b: exit"
                        + " 1; waiting 2000 ms, by n1",
                "c|no|gave-up|1970-01-01T00:00:07Z|7|it ended so often that its keeper gave it up: c: exit 1, by n1");
    }

    @Test
    void whatWasStartedAgainIsNotExplainedByWhatItsKeeperToldBefore() {
        registered("a");
        events.tell("a", "gave_up", "a: exit 1");
        registered("a");
        shows(0, instance("a", InstanceStatus.UP));
        assertExplained("a|yes|serving|1970-01-01T00:00:03Z|3|it is registered and serves (registered, by n1)");

        events.tell("a", "start_microservices_stopped_outside_muster_after", "a: OK");
        events.add(EventType.INSTANCE_DEREGISTERED, "a", null, 7, "deregistered");
        shows(0);
        assertThat(shell.run("explain", "orders", "-w", "simple").data()).contains("a\tno\tderegistered");
    }

    @Test
    void whatNeverWasIsSaidToBeSo() {
        shows(0);

        assertThat(shell.run("explain", "orders/a", "-w", "simple").data())
                .isEqualTo("a\tno\tnever-registered\t\t\tit was never registered, as far back as events are kept\n");
        assertThat(shell.run("explain", "orders").talk())
                .isEqualTo("no instance of default/orders was ever registered, as far back as events are kept\n");
    }

    @Test
    void whatCameAfterTheLookupExplainsNothing() {
        registered("a");
        shows(0, instance("a", InstanceStatus.UP));
        events.all.clear();
        for (int i = 0; i < 200; i++) {
            events.add(EventType.NODE_REPORT, "", null, 0, "later");
        }
        events.add(EventType.INSTANCE_DEREGISTERED, "a", null, 0, "deregistered");

        assertExplained("a|yes|serving|||it is registered and serves");
    }

    @Test
    void jsonHasTheDecidingEvent() {
        registered("a");
        shows(0, instance("a", InstanceStatus.UP));

        assertThat(shell.run("explain", "orders/a", "-w", "json").data())
                .contains("\"inLookup\": true", "\"reason\": \"serving\"", "\"sequence\": 1");
    }

    private void registered(String id) {
        events.add(EventType.INSTANCE_REGISTERED, id, InstanceStatus.UP, 7, "registered");
    }

    private void shows(int held, ServiceInstance... instances) {
        shell.muster.lookup =
                new LookupResult(new Position(1, 1, 100), Duration.ZERO, List.of(instances), true, 0, held);
    }

    private void assertExplained(String... lines) {
        assertThat(shell.run("explain", "orders", "-w", "simple").data().lines())
                .containsExactlyElementsOf(Arrays.stream(lines)
                        .map(line -> line.replace('|', '\t'))
                        .toList());
    }

    private static ServiceInstance instance(String id, InstanceStatus status) {
        return ServiceInstance.of("orders", id)
                .endpoint("grpc", "h", 80)
                .status(status)
                .listing(new Listing(7, 1, 1, 1, Instant.EPOCH));
    }
}
