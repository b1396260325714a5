// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import dev.muster.server.config.ServerConfig.Events;
import dev.muster.server.config.ServerConfig.Expiry;
import dev.muster.server.config.ServerConfig.LogFiles;
import dev.muster.server.config.ServerConfig.Member;
import dev.muster.server.config.ServerConfig.Snapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a node's configuration of its command line, its environment and its file. Reads the one file that {@code config}
 * names and touches nothing else. For one thread.
 */
public final class ServerConfigLoader {
    private final Problems problems = new Problems();
    private final Settings settings = new Settings(problems);
    private final List<String> warnings = new ArrayList<>();

    private ServerConfigLoader() {}

    /**
     * Reads and checks everything.
     *
     * @param arguments the command line behind {@code muster server}
     * @param environment all variables; others than {@code MUSTER_*} are not looked at
     * @throws ConfigException with all problems, if there is any
     */
    public static EffectiveConfig load(List<String> arguments, Map<String, String> environment) {
        return new ServerConfigLoader().read(arguments, environment);
    }

    /** Explains every key in one line, for {@code --help}. */
    public static String help() {
        return Stream.concat(Stream.of(Keys.CONFIG), Keys.ALL.stream())
                .map(key -> String.format(
                        "  --%-22s %s%s",
                        key.name(), key.meaning(), key.fallback() == null ? "" : " (" + key.fallback() + ")"))
                .collect(Collectors.joining("\n"));
    }

    private EffectiveConfig read(List<String> arguments, Map<String, String> environment) {
        settings.offer(FlagReader.read(arguments, problems));
        settings.offer(EnvironmentReader.read(environment, problems, warnings));
        if (settings.find(Keys.CONFIG) != null) {
            Path file = settings.get(Keys.CONFIG);
            settings.offer(settings.usable(Keys.CONFIG) ? YamlReader.read(file, problems) : List.of());
        }
        settings.offerDefaults();
        Preset preset = settings.get(Keys.PRESET);
        settings.offer(
                List.of(new Setting(Keys.ELECTION_TIMEOUT.name(), preset.electionTimeout(), "preset " + preset)));
        ServerConfig config = build(preset);
        problems.throwIfAny();
        return new EffectiveConfig(config, settings.all(), warnings);
    }

    private ServerConfig build(Preset preset) {
        String node = settings.get(Keys.NODE);
        List<Member> peers = settings.get(Keys.PEERS);
        Member self = self(node, peers);
        settings.offer(List.of(
                new Setting(Keys.LISTEN.name(), self.client().toString(), Keys.PEERS.name()),
                new Setting(Keys.ADVERTISE.name(), self.client().host(), Keys.PEERS.name())));
        ServerConfig config = new ServerConfig(
                node,
                settings.get(Keys.DATA),
                settings.get(Keys.LISTEN),
                settings.get(Keys.ADVERTISE),
                settings.get(Keys.CLUSTER),
                peers,
                settings.get(Keys.INSECURE),
                preset,
                settings.get(Keys.ELECTION_TIMEOUT),
                new Snapshots(
                        settings.get(Keys.SNAPSHOT_ENTRIES),
                        settings.get(Keys.SNAPSHOT_BYTES),
                        settings.get(Keys.SNAPSHOT_INTERVAL)),
                new LogFiles(settings.get(Keys.LOG_SEGMENT), settings.get(Keys.LOG_KEEP_BYTES)),
                settings.get(Keys.DISK_RESERVE),
                new Events(
                        settings.get(Keys.EVENTS_KEEP_AGE),
                        settings.get(Keys.EVENTS_KEEP_COUNT),
                        settings.get(Keys.EVENTS_KEEP_BYTES)),
                new Expiry(
                        settings.get(Keys.EXPIRY_BUDGET_PERCENT),
                        settings.get(Keys.EXPIRY_MIN_INSTANCES),
                        settings.get(Keys.EXPIRY_WINDOW),
                        settings.get(Keys.EXPIRY_HOLD)));
        new PeerRules(settings, warnings).check(config, self);
        return config;
    }

    /** This node's own entry among the peers; any other one stands in when it is not there, which is noted. */
    private Member self(String node, List<Member> peers) {
        Optional<Member> self =
                peers.stream().filter(peer -> peer.name().equals(node)).findFirst();
        if (self.isEmpty() && settings.usable(Keys.NODE, Keys.PEERS)) {
            settings.refuse(
                    Keys.NODE,
                    "one of peers: " + peers.stream().map(Member::name).collect(Collectors.joining(", ")));
        }
        return self.orElse(peers.get(0));
    }
}
