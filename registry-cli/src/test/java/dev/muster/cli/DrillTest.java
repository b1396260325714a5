// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.Shell.Run;
import dev.muster.cli.output.Console;
import dev.muster.client.Member;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Drills on nodes that this process plays itself; what is done to them is nothing. */
@EnabledOnOs(OS.LINUX)
final class DrillTest {
    private final Shell shell = new Shell();
    private final FakeMuster muster = shell.muster;
    private final StringWriter data = new StringWriter();
    private final Context context = new Context(
            new GlobalOptions(),
            Map.of(),
            new Console(new PrintWriter(data), new PrintWriter(new StringWriter())),
            muster::connect,
            new StopSignal(),
            System::nanoTime);
    private ServerSocket port;

    @BeforeEach
    void threeNodes() throws IOException {
        port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        member("a", FakeCluster.address(port.getLocalPort()), false);
        member("b", "203.0.113.2:7440", true);
        member("c", "203.0.113.3:7440", false);
        muster.listsWhatWasRegistered = true;
        muster.keyspaces.step = 1;
    }

    @AfterEach
    void close() throws IOException {
        port.close();
    }

    private void member(String node, String address, boolean leader) {
        muster.cluster.members.add(new Member(node, "s-" + node, address, address, leader));
        muster.cluster.status.add(status(node, address, true));
    }

    private static NodeAnswer<NodeStatus> status(String node, String address, boolean ready) {
        return NodeAnswer.of(address, FakeCluster.status(node, NodeRole.FOLLOWER, "b", ready));
    }

    @Test
    void nothingLostIsSaidWithAllThatWasCounted() {
        assertThat(drill()).isEqualTo(ExitCode.OK);
        assertThat(data.toString())
                .contains("LOST", "DUPLICATES", "GAP")
                .containsPattern("nothing +a +[0-9]{3,} +0 +0 +0 ");
        assertThat(muster.events.told).hasSize(2);
        assertThat(muster.events.told.get(0)).isEqualTo("drill_before: nothing of a");
        assertThat(muster.events.told.get(1))
                .startsWith("drill_after: nothing of a: acknowledged ")
                .contains("lost 0");
    }

    @Test
    void nodeOfThisHostIsMadeTheLeaderFirst() {
        drill();
        assertThat(muster.cluster.transfers).containsExactly("a");
    }

    @Test
    void acknowledgedWriteThatIsMissingFailsIt() {
        muster.listsWhatWasRegistered = false;
        assertThat(drill()).isEqualTo(ExitCode.ERROR);
        assertThat(muster.events.told.get(1)).doesNotContain("lost 0");
    }

    @Test
    void numberThatWasHandedOutTwiceFailsIt() {
        muster.keyspaces.step = 0;
        assertThat(drill()).isEqualTo(ExitCode.ERROR);
        assertThat(muster.events.told.get(1)).contains("lost 0").doesNotContain("duplicates 0");
    }

    @Test
    void nothingIsDoneWithoutTheWord() {
        Run run = shell.run("drill", "leader-kill");
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.number());
        assertThat(run.talk())
                .contains("a (process " + ProcessHandle.current().pid() + ") is killed by this: say so with --yes");
        assertThat(muster.cluster.transfers).isEmpty();
        assertThat(muster.asked).isEmpty();
    }

    @Test
    void nothingIsDoneToAClusterThatIsNotWell() {
        muster.cluster.status.set(2, status("c", "203.0.113.3:7440", false));
        assertThatThrownBy(this::drill).isInstanceOf(CliException.class).hasMessageContaining("c does not serve");
        muster.cluster.members.remove(2);
        assertThatThrownBy(this::drill).hasMessageContaining("the cluster has 2 nodes (expected: 3 or more");
        assertThat(muster.events.told).isEmpty();
    }

    @Test
    void nodesOfOtherHostsAreLeftAlone() {
        muster.cluster.members.remove(0);
        member("d", "203.0.113.4:7440", false);
        assertThatThrownBy(this::drill).hasMessageContaining("no node runs on this host");
    }

    @Test
    void nodeWhoseProcessCannotBeSeenIsNamed() throws IOException {
        port.close();
        assertThatThrownBy(this::drill)
                .hasMessageContaining("the process of a at " + FakeCluster.address(port.getLocalPort()));
    }

    @Test
    void lengthOfAPauseIsBounded() {
        assertThat(shell.run("drill", "leader-pause", "--for", "31s").talk())
                .contains("--for: 31s (expected: 100ms to 30s)");
    }

    private ExitCode drill() {
        return new Drill(context, muster, "nothing").run(node -> () -> true, node -> {});
    }
}
