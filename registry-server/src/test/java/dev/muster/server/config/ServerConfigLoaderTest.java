// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.core.Limits;
import dev.muster.server.config.ServerConfig.Events;
import dev.muster.server.config.ServerConfig.Expiry;
import dev.muster.server.config.ServerConfig.LogFiles;
import dev.muster.server.config.ServerConfig.Member;
import dev.muster.server.config.ServerConfig.Snapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerConfigLoaderTest {
    private static final Member N1 = new Member("n1", new HostPort("127.0.0.1", 7440));
    private static final Member N2 = new Member("n2", new HostPort("127.0.0.1", 7450));
    private static final Member N3 = new Member("n3", new HostPort("127.0.0.1", 7460));

    @TempDir
    private Path folder;

    @Test
    void defaultsAreWhatTheManualSays() {
        assertThat(load("--node=n1", "--data=/data", "--peers=n1=127.0.0.1:7440")
                        .config())
                .isEqualTo(new ServerConfig(
                        "n1",
                        Path.of("/data"),
                        new HostPort("127.0.0.1", 7440),
                        "127.0.0.1",
                        "muster",
                        List.of(N1),
                        false,
                        Preset.LAN,
                        Duration.ofMillis(500),
                        new Snapshots(20_000, 64L << 20, Duration.ofMinutes(10)),
                        new LogFiles(8L << 20, 64L << 20),
                        256L << 20,
                        new Events(Duration.ofDays(30), 1_000_000, 512L << 20),
                        new Expiry(50, 4, Duration.ofSeconds(30), Duration.ofMinutes(1))));
    }

    @Test
    void theExpiryBudgetIsTheCoresWhenNothingIsSet() {
        dev.muster.internal.v1.Settings core = Limits.defaultSettings();

        assertThat(load("--node=n1", "--data=/data", "--peers=n1=127.0.0.1:7440")
                        .config()
                        .expiry())
                .isEqualTo(new Expiry(
                        core.getExpiryBudgetPercent(),
                        core.getExpiryBudgetMinInstances(),
                        Duration.ofMillis(core.getExpiryWindowMillis()),
                        Duration.ofMillis(core.getHoldMillis())));
    }

    /** A value other than the default for every key, so that a key that is read and dropped shows. */
    private static Map<String, String> otherThanDefault() {
        Map<String, String> values = new TreeMap<>();
        values.put("node", "n2");
        values.put("data", "/other");
        values.put("peers", "n2=10.0.0.2:7450,n1=10.0.0.1:7440");
        values.put("listen", "0.0.0.0:7450");
        values.put("advertise", "10.0.0.2");
        values.put("cluster", "blue");
        values.put("insecure", "true");
        values.put("preset", "wan");
        values.put("election.timeout", "2s");
        values.put("snapshot.entries", "100");
        values.put("snapshot.bytes", "1 MiB");
        values.put("snapshot.interval", "30s");
        values.put("log.keep-bytes", "7KiB");
        values.put("log.segment", "65536");
        values.put("disk.reserve", "16MiB");
        values.put("events.keep-age", "2h");
        values.put("events.keep-count", "5000");
        values.put("events.keep-bytes", "4MiB");
        values.put("expiry.budget-percent", "20");
        values.put("expiry.min-instances", "9");
        values.put("expiry.window", "2m");
        values.put("expiry.hold", "1h");
        return values;
    }

    private static final ServerConfig OTHER_THAN_DEFAULT = new ServerConfig(
            "n2",
            Path.of("/other"),
            new HostPort("0.0.0.0", 7450),
            "10.0.0.2",
            "blue",
            List.of(new Member("n1", new HostPort("10.0.0.1", 7440)), new Member("n2", new HostPort("10.0.0.2", 7450))),
            true,
            Preset.WAN,
            Duration.ofSeconds(2),
            new Snapshots(100, 1L << 20, Duration.ofSeconds(30)),
            new LogFiles(64L << 10, 7L << 10),
            16L << 20,
            new Events(Duration.ofHours(2), 5_000, 4L << 20),
            new Expiry(20, 9, Duration.ofMinutes(2), Duration.ofHours(1)));

    @Test
    void everyKeyCanBeAFlag() {
        assertThat(otherThanDefault().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Keys.ALL.stream().map(Key::name).toList());

        assertThat(load(otherThanDefault().entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()))
                        .config())
                .isEqualTo(OTHER_THAN_DEFAULT);
        assertThat(load(otherThanDefault().entrySet().stream().flatMap(e -> Stream.of("--" + e.getKey(), e.getValue())))
                        .config())
                .isEqualTo(OTHER_THAN_DEFAULT);
    }

    @Test
    void everyKeyCanBeAVariable() {
        Map<String, String> environment = new TreeMap<>();
        otherThanDefault()
                .forEach((key, value) ->
                        environment.put("MUSTER_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), value));

        assertThat(ServerConfigLoader.load(List.of(), environment).config()).isEqualTo(OTHER_THAN_DEFAULT);
    }

    @Test
    void everyKeyCanStandFlatInAFile() {
        StringBuilder yaml = new StringBuilder();
        otherThanDefault()
                .forEach((key, value) ->
                        yaml.append(key).append(": \"").append(value).append("\"\n"));

        assertThat(load("--config", file(yaml.toString())).config()).isEqualTo(OTHER_THAN_DEFAULT);
    }

    @Test
    void keysCanStandNestedInAFileAndPeersAsAList() {
        String file = file("""
                node: n2
                data: /other
                cluster: blue
                preset: wan
                listen: 0.0.0.0:7450
                insecure: true
                peers:
                  - n1=10.0.0.1:7440
                  - n2=10.0.0.2:7450
                election:
                  timeout: 2s
                snapshot:
                  entries: 100
                  bytes: 1 MiB
                  interval: 30s
                log.keep-bytes: 7KiB
                log.segment: 64KiB
                disk:
                  reserve: 16MiB
                events:
                  keep-age: 2h
                  keep-count: 5000
                  keep-bytes: 4MiB
                expiry:
                  budget-percent: 20
                  min-instances: 9
                  window: 2m
                  hold: 1h
                """);

        assertThat(load("--config", file).config()).isEqualTo(OTHER_THAN_DEFAULT);
    }

    @Test
    void flagWinsOverVariableOverFileOverPresetOverDefault() {
        String file = file("""
                node: n1
                data: /from-file
                cluster: from-file
                snapshot:
                  entries: 300
                peers: n1=127.0.0.1:7440
                """);

        EffectiveConfig effective = ServerConfigLoader.load(
                List.of("--data=/from-flag", "--preset", "wan"),
                Map.of(
                        "MUSTER_CONFIG", file,
                        "MUSTER_DATA", "/from-variable",
                        "MUSTER_CLUSTER", "from-variable"));

        assertThat(effective.settings())
                .contains(
                        new Setting("data", "/from-flag", "--data"),
                        new Setting("cluster", "from-variable", "MUSTER_CLUSTER"),
                        new Setting("snapshot.entries", "300", "muster.yaml:5"),
                        new Setting("election.timeout", "1500ms", "preset wan"),
                        new Setting("listen", "127.0.0.1:7440", "peers"),
                        new Setting("snapshot.bytes", "64MiB", "default"));
        assertThat(effective.settings().stream().map(Setting::key))
                .containsExactlyElementsOf(Keys.ALL.stream().map(Key::name).toList());
        assertThat(effective.describe().lines())
                .contains(
                        "data                   /from-flag         --data",
                        "election.timeout       1500ms             preset wan");
    }

    @Test
    void presetsSetTheElectionTimeout() {
        assertThat(withPreset("local").electionTimeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(withPreset("lan").electionTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(withPreset("wan").electionTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(withPreset("wan").electionTimeoutMax()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        String file = file("""
                snapshot:
                  entires: 5
                  interval: 10
                cluster: Blue Team
                cluster: green
                """);

        ConfigException problems = catchThrowableOfType(
                ConfigException.class,
                () -> ServerConfigLoader.load(
                        List.of(
                                "--config=" + file,
                                "--peers=n1=127.0.0.1:7440,n2",
                                "--lisen",
                                "x",
                                "extra",
                                "--insecure=yes"),
                        Map.of("MUSTER_LOG_SEGMNT", "1MiB", "MUSTER_PRESET", "fast")));

        assertThat(problems.problems())
                .containsExactlyInAnyOrder(
                        "--lisen: unknown (did you mean --listen?) [command line]",
                        "extra: unexpected argument (expected: --key=value) [command line]",
                        "MUSTER_LOG_SEGMNT: unknown (did you mean MUSTER_LOG_SEGMENT?) [environment]",
                        "snapshot.entires: unknown (did you mean snapshot.entries?) [muster.yaml:2]",
                        "cluster: given twice, first at muster.yaml:4 [muster.yaml:5]",
                        "preset: fast (expected: one of local, lan, wan) [MUSTER_PRESET]",
                        "node: missing (expected: the name of this node, one of peers, for instance n1)"
                                + " [--node or MUSTER_NODE]",
                        "peers: n1=127.0.0.1:7440,n2 (expected: name=host:port of every first member, for instance"
                                + " n1=10.0.0.1:7440, n2=10.0.0.2:7440; not n2) [--peers]",
                        "data: missing (expected: the folder for all that must not be lost, for instance"
                                + " /var/lib/muster) [--data or MUSTER_DATA]",
                        "cluster: Blue Team (expected: lower-case letters, digits, '.', '_' and '-', up to 63, for"
                                + " instance n1) [muster.yaml:4]",
                        "insecure: yes (expected: true or false) [--insecure]",
                        "snapshot.interval: 10 (expected: a number with ms, s, m or h, from 1s to 24h, for instance"
                                + " 30s) [muster.yaml:3]");
        assertThat(problems).hasMessageStartingWith("the configuration cannot be used, 12 problems:\n  --lisen");
    }

    @Test
    void plainTextOffLoopbackHasToBeAccepted() {
        String[] offLoopback = {"--node=n1", "--data=/data", "--peers=n1=10.0.0.1:7440"};

        assertThatThrownBy(() -> load(offLoopback))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listen: 10.0.0.1:7440 (expected: a loopback address, or insecure=true:"
                        + " TLS is not built yet");
        assertThatThrownBy(() -> load(Stream.concat(Stream.of(offLoopback), Stream.of("--listen=127.0.0.1:7440"))))
                .hasMessageContaining("advertise: 10.0.0.1 (expected: a loopback address, or insecure=true");
        assertThat(load(Stream.concat(Stream.of(offLoopback), Stream.of("--insecure")))
                        .config()
                        .insecure())
                .isTrue();
    }

    @Test
    void addressesHaveToFitTogether() {
        assertThatThrownBy(() -> load("--node=n4", "--data=/d", "--peers=n1=127.0.0.1:7440,n2=127.0.0.1:7450"))
                .hasMessageContaining("node: n4 (expected: one of peers: n1, n2) [--node]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440,n1=127.0.0.1:7450"))
                .hasMessageContaining("(expected: each name once, not two of n1) [--peers]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440,n2=127.0.0.1:7442"))
                .hasMessageContaining("(expected: client ports on one host at least 4 apart, not n1=127.0.0.1:7440"
                        + " and n2=127.0.0.1:7442) [--peers]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440", "--listen=127.0.0.1:7450"))
                .hasMessageContaining("listen: 127.0.0.1:7450 (expected: port 7440, as peers says of n1) [--listen]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440", "--advertise=localhost"))
                .hasMessageContaining("advertise: localhost (expected: 127.0.0.1, as peers says of n1) [--advertise]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=0.0.0.0:7440", "--insecure"))
                .hasMessageContaining("(expected: an address that others can call, not n1=0.0.0.0:7440) [--peers]");
        assertThatThrownBy(() -> load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:65533"))
                .hasMessageContaining("a port from 1 to 65532: those up to +3 are the node's, too");
    }

    @Test
    void aFileThatIsNoneIsRefused() {
        assertThatThrownBy(() -> load("--config=" + folder.resolve("none.yaml")))
                .hasMessageContaining("none.yaml (expected: a file that can be read)");
        assertThatThrownBy(() -> load("--config", file("node: ["))).hasMessageContaining("(expected: YAML)");
        assertThatThrownBy(() -> load("--config", file("- node")))
                .hasMessageContaining("not a list of settings (expected: key: value) [muster.yaml:1]");
        assertThatThrownBy(() -> load("--config", file("node: {a: b}\npeers: [{a: b}]")))
                .hasMessageContaining("node: has keys of its own (expected: one value) [muster.yaml:1]")
                .hasMessageContaining("peers: a list of something else (expected: a list of words) [muster.yaml:2]");
        assertThatThrownBy(() -> load("--config", file("snapshot:\n  entries: 500\nsnapshot:\n  bytes: 1MiB\n")))
                .hasMessageContaining("snapshot: given twice (expected: all its keys in one place) [muster.yaml:3]");
    }

    @Test
    void variablesOfOthersAreLeftAlone() {
        EffectiveConfig effective = ServerConfigLoader.load(
                List.of("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440"),
                Map.of(
                        "MUSTER_HEAP",
                        "1g",
                        "MUSTER_UNIT",
                        "n1",
                        "MUSTER_PORT_7440_TCP_ADDR",
                        "10.0.0.7",
                        "PATH",
                        "/bin"));

        assertThat(effective.warnings())
                .singleElement()
                .asString()
                .startsWith("MUSTER_PORT_7440_TCP_ADDR: unknown, ignored");
    }

    @Test
    void anEvenNumberOfMembersIsWarnedAbout() {
        assertThat(load("--node=n1", "--data=/d", "--peers=" + N1 + "," + N2).warnings())
                .containsExactly("peers: 2 members survive the loss of 0, no more than 1 would");
        assertThat(load("--node=n1", "--data=/d", "--peers=" + N1 + "," + N2 + "," + N3)
                        .warnings())
                .isEmpty();
    }

    @Test
    void helpNamesEveryKey() {
        assertThat(ServerConfigLoader.help().lines())
                .hasSize(Keys.ALL.size() + 1)
                .contains("  --snapshot.entries       write a snapshot after this many log entries (20000)");
    }

    private static ServerConfig withPreset(String preset) {
        return load("--node=n1", "--data=/d", "--peers=n1=127.0.0.1:7440", "--preset=" + preset)
                .config();
    }

    private static EffectiveConfig load(String... arguments) {
        return load(Stream.of(arguments));
    }

    private static EffectiveConfig load(Stream<String> arguments) {
        return ServerConfigLoader.load(arguments.toList(), Map.of());
    }

    private String file(String yaml) {
        try {
            return Files.writeString(folder.resolve("muster.yaml"), yaml).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
