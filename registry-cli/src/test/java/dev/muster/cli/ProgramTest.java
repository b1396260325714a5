// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.cli.output.Console;
import dev.muster.cli.output.Format;
import dev.muster.client.MusterException.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProgramTest {
    private final Shell shell = new Shell();

    @Test
    void helpListsEveryCommandAndEveryExitCode() {
        Run run = shell.run("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.talk()).isEmpty();
        assertThat(run.data())
                .contains(
                        "  status      Shows how each node stands.",
                        "  services    Reads and changes",
                        "  events      Tells what happened",
                        "  explain     Tells why",
                        "  failovers   Lists the changes",
                        "  members     Shows who belongs",
                        "  leader      Decides which node leads.",
                        "  snapshot    Orders snapshots",
                        "  hash        Shows whether",
                        "  server      Runs a node",
                        "  recover     Saves what is left",
                        "  version     Shows the release",
                        "  completion  Prints a script");
        for (ExitCode code : ExitCode.values()) {
            assertThat(run.data()).contains("  " + code.number() + "   " + code.meaning());
        }
        assertThat(shell.run()).isEqualTo(run);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "services ls",
                "services get",
                "services register",
                "services deregister",
                "services update",
                "services watch",
                "events ls",
                "events tail",
                "explain",
                "failovers",
                "members ls",
                "members rejoin",
                "leader transfer",
                "snapshot take",
                "hash",
                "version",
                "completion"
            })
    void everyCommandHasHelpWithTheGlobalOptions(String command) {
        Run run = shell.run((command + " --help").split(" "));
        assertThat(run.exitCode()).isZero();
        assertThat(run.data())
                .contains("Usage: muster " + command, "--endpoints", "--namespace", "--write-out", "--timeout");
        assertThat(run.data().lines()).allMatch(line -> line.length() <= 110);
    }

    @Test
    void flagWinsOverEnvironmentAndThatOverDefault() {
        shell.run("services", "ls");
        assertThat(shell.muster.settings)
                .isEqualTo(new Settings(
                        List.of("127.0.0.1:7440", "127.0.0.1:7450", "127.0.0.1:7460"),
                        "",
                        Format.TABLE,
                        Duration.ofSeconds(5)));
        shell.environment.putAll(Map.of(
                "MUSTER_ENDPOINTS", "n1:1, n2:2",
                "MUSTER_NAMESPACE", "prod",
                "MUSTER_WRITE_OUT", "simple",
                "MUSTER_TIMEOUT", "1m"));
        shell.run("services", "ls");
        assertThat(shell.muster.settings)
                .isEqualTo(new Settings(List.of("n1:1", "n2:2"), "prod", Format.SIMPLE, Duration.ofMinutes(1)));
        shell.run("--endpoints=n3:3", "services", "-w", "json", "ls", "--timeout", "250ms", "--namespace", "dev");
        assertThat(shell.muster.settings)
                .isEqualTo(new Settings(List.of("n3:3"), "dev", Format.JSON, Duration.ofMillis(250)));
    }

    @Test
    void emptyVariableCountsAsUnset() {
        shell.environment.put("MUSTER_ENDPOINTS", "");
        shell.run("services", "ls");
        assertThat(shell.muster.settings)
                .extracting(settings -> settings.endpoints().size())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serices | unmatched argument at index 0: 'serices' (did you mean services",
                "services | muster services: command missing (expected: ",
                "services get | missing required parameter: 'SERVICE[/ID]'",
                "services get a/b/c | invalid value for positional parameter at index 0 (SERVICE[/ID]): a/b/c (expected:",
                "services get / | invalid value for positional parameter at index 0 (SERVICE[/ID]): / (expected:",
                "services get a --consistency new | invalid value for option '--consistency': new (expected: linear",
                "services get a --consistency bounded=0s | invalid value for option '--consistency': maxAge: 0 ms",
                "services deregister orders | invalid value for positional parameter at index 0 (SERVICE/ID): orders",
                "services register a/b | missing required option: '--endpoint",
                "services register a/b --endpoint grpc | invalid value for option '--endpoint'",
                "services register a/b --endpoint grpc://h:0 | invalid value for option '--endpoint'",
                "services register a/b --endpoint grpc://h:1 --status on | invalid value for option '--status': on (exp",
                "services register a/b --endpoint grpc://h:1 --weight x | invalid value for option '--weight': 'x' is",
                "services update a/b --weight 70000 | weight: 70000 (expected: 0 to 65535)",
                "services watch a --for 1y | invalid value for option '--for': 1y (expected: a duration such as",
                "status --write-out yaml | --write-out: yaml (expected: table, json, simple)",
                "status --timeout 5 | --timeout: 5 (expected: a duration such as 500ms, 5s or 1h30m)",
                "status --timeout 999999999999d | --timeout: 999999999999d (expected: a duration",
                "status --no-such | unknown option: '--no-such'",
                "status more | unmatched argument at index 1: 'more'",
                "completion fish | invalid value for",
            })
    void invalidInputIsOneLineAndExitCodeThree(String line, String talk) {
        Run run = shell.run(line.split(" "));
        assertThat(run.talk()).startsWith(talk).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.data()).isEmpty();
        assertThat(shell.muster.asked).isEmpty();
    }

    @Test
    void invalidVariableIsNamed() {
        shell.environment.put("MUSTER_TIMEOUT", "soon");
        Run run = shell.run("status");
        assertThat(run.talk()).startsWith("MUSTER_TIMEOUT: soon (expected: ");
        assertThat(run.exitCode()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyRefusalHasAnExitCodeAndOneLine(Reason reason) {
        shell.muster.refusal = FakeMuster.refused(reason, "detail\nof it");
        shell.muster.cluster.status.add(FakeCluster.leader("a", 7440));
        Run run = shell.run("services", "ls");
        assertThat(run.exitCode()).isEqualTo(Failures.exitCode(reason).number()).isBetween(1, 4);
        assertThat(run.talk()).startsWith("detail\\nof it [" + reason + "]").hasLineCount(1);
        assertThat(shell.muster.closed).isTrue();
    }

    @Test
    void traceIsShownOnRequestOnly() {
        shell.muster.refusal = FakeMuster.refused(Reason.INTERNAL, "it broke");
        assertThat(shell.run("services", "ls").talk()).doesNotContain("\tat ");
        shell.environment.put("MUSTER_DEBUG", "1");
        assertThat(shell.run("services", "ls").talk()).startsWith("it broke").contains("\tat dev.muster");
    }

    @Test
    void defectIsOneLineToo() {
        shell.muster.refusal = new IllegalStateException("impossible");
        Run run = shell.run("services", "ls");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.talk())
                .startsWith("unexpected java.lang.IllegalStateException: impossible (this is a defect")
                .hasLineCount(1);
    }

    @Test
    void lostOutputIsAnError() {
        StringWriter talk = new StringWriter();
        Console console = new Console(new PrintWriter(new BrokenPipe()), new PrintWriter(talk));
        int exitCode = new Program(Map.of(), console, shell.muster::connect, shell.stop, System::nanoTime)
                .run("services", "ls", "-w", "json");
        assertThat(exitCode).isEqualTo(6);
        assertThat(talk.toString()).startsWith("cannot write to the standard output");
    }

    @Test
    void lostHelpIsAnError() {
        StringWriter talk = new StringWriter();
        Console console = new Console(new PrintWriter(new BrokenPipe()), new PrintWriter(talk));
        int exitCode =
                new Program(Map.of(), console, shell.muster::connect, shell.stop, System::nanoTime).run("--help");
        assertThat(exitCode).isEqualTo(6);
    }

    @Test
    void serverAndRecoverAreLeftToTheLauncher() {
        assertThat(shell.run("recover", "left.backup", "--data", "/data").talk())
                .contains("bin/muster recover left.backup --data /data");
        Run run = shell.run("server", "--config", "node.yaml");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.talk())
                .isEqualTo(
                        "the server is not part of this program: start it with the launcher: bin/muster server --config node.yaml\n");
    }

    @Test
    void versionIsThatOfTheBuild() {
        assertThat(shell.run("version", "-w", "simple").data()).matches("\\d+\\.\\d+\\.\\d+\\S*\n");
        assertThat(shell.run("version").data()).matches("muster \\d+\\.\\d+\\.\\d+\\S* \\(Java .+\\)\n");
        assertThat(shell.run("version", "-w", "json").data()).contains("\"version\": \"", "\"java\": \"");
        assertThat(shell.run("--version").data()).matches("muster \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    private static final class BrokenPipe extends Writer {
        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
