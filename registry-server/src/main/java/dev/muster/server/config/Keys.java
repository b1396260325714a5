// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import dev.muster.server.config.ServerConfig.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** All keys, in the order in which they are explained. Each one is described in docs/OPERATING.md. */
final class Keys {
    static final Key<String> NODE = Key.of("node", "the name of this node, one of peers", "n1", Texts::name);
    static final Key<Path> DATA =
            Key.of("data", "the folder for all that must not be lost", "/var/lib/muster", Texts::folder);
    static final Key<List<Member>> PEERS = Key.of(
            "peers",
            "the first members, name=host:port of the client port, this node among them",
            "n1=127.0.0.1:7440",
            Texts::members);
    static final Key<HostPort> LISTEN = Key.of(
            "listen",
            "host:port of the client port; Raft listens on the next one, HTTP on the one after it",
            "127.0.0.1:7440",
            HostPort::parse);
    static final Key<String> ADVERTISE =
            Key.of("advertise", "the host under which others reach this node", "127.0.0.1", Texts::host);
    static final Key<String> CLUSTER =
            Key.withDefault("cluster", "the name that all nodes of the cluster agree on", "muster", Texts::name);
    static final Key<Boolean> INSECURE = Key.withDefault(
            "insecure", "accept plain text off loopback, in a network that you trust", "false", Texts::bool);
    static final Key<Preset> PRESET = Key.withDefault(
            "preset", "the network between the nodes: local, lan or wan", Preset.LAN.toString(), Preset::parse);
    static final Key<Duration> ELECTION_TIMEOUT = Key.of(
            "election.timeout",
            "a follower that heard no leader for this long, to twice this long, tries to lead",
            "500ms",
            Texts.duration(Duration.ofMillis(100), Duration.ofSeconds(30)));
    static final Key<Integer> SNAPSHOT_ENTRIES = Key.withDefault(
            "snapshot.entries",
            "write a snapshot after this many log entries",
            "20000",
            Texts.integer(100, 100_000_000));
    static final Key<Long> SNAPSHOT_BYTES = Key.withDefault(
            "snapshot.bytes",
            "write a snapshot after this many bytes of log",
            "64MiB",
            Texts.size(64L << 10, 1L << 40));
    static final Key<Duration> SNAPSHOT_INTERVAL = Key.withDefault(
            "snapshot.interval",
            "write a snapshot after this time, if anything changed",
            "10m",
            Texts.duration(Duration.ofSeconds(1), Duration.ofDays(1)));
    static final Key<Long> LOG_KEEP_BYTES = Key.withDefault(
            "log.keep-bytes",
            "log kept below the older snapshot, for nodes that were away for a moment",
            "64MiB",
            Texts.size(0, 1L << 40));
    static final Key<Long> LOG_SEGMENT = Key.withDefault(
            "log.segment", "size at which a new log file is begun", "8MiB", Texts.size(64L << 10, 1L << 30));
    static final Key<Long> DISK_RESERVE = Key.withDefault(
            "disk.reserve",
            "kept free on the disk of the data folder; with less the node takes no writes",
            "256MiB",
            Texts.size(1L << 20, 1L << 40));
    static final Key<Duration> EVENTS_KEEP_AGE = Key.withDefault(
            "events.keep-age",
            "events older than this are deleted",
            "720h",
            Texts.duration(Duration.ofMinutes(1), Duration.ofDays(3_650)));
    static final Key<Integer> EVENTS_KEEP_COUNT = Key.withDefault(
            "events.keep-count",
            "events beyond so many are deleted, oldest first",
            "1000000",
            Texts.integer(1_000, 100_000_000));
    static final Key<Long> EVENTS_KEEP_BYTES = Key.withDefault(
            "events.keep-bytes",
            "events beyond so many bytes of files are deleted, oldest first",
            "512MiB",
            Texts.size(1L << 20, 1L << 40));
    static final Key<Integer> EXPIRY_BUDGET_PERCENT = Key.withDefault(
            "expiry.budget-percent",
            "share of a service's instances that may expire in one window; 100: no budget",
            "50",
            Texts.integer(1, 100));
    static final Key<Integer> EXPIRY_MIN_INSTANCES = Key.withDefault(
            "expiry.min-instances",
            "services with fewer leased instances have no expiry budget",
            "4",
            Texts.integer(1, 1_000_000));
    static final Key<Duration> EXPIRY_WINDOW = Key.withDefault(
            "expiry.window",
            "how long one window of the expiry budget is",
            "30s",
            Texts.duration(Duration.ofSeconds(1), Duration.ofHours(24)));
    static final Key<Duration> EXPIRY_HOLD = Key.withDefault(
            "expiry.hold",
            "how long an instance over the budget stays listed",
            "1m",
            Texts.duration(Duration.ofSeconds(1), Duration.ofHours(24)));

    static final List<Key<?>> ALL = List.of(
            NODE,
            DATA,
            PEERS,
            LISTEN,
            ADVERTISE,
            CLUSTER,
            INSECURE,
            PRESET,
            ELECTION_TIMEOUT,
            SNAPSHOT_ENTRIES,
            SNAPSHOT_BYTES,
            SNAPSHOT_INTERVAL,
            LOG_KEEP_BYTES,
            LOG_SEGMENT,
            DISK_RESERVE,
            EVENTS_KEEP_AGE,
            EVENTS_KEEP_COUNT,
            EVENTS_KEEP_BYTES,
            EXPIRY_BUDGET_PERCENT,
            EXPIRY_MIN_INSTANCES,
            EXPIRY_WINDOW,
            EXPIRY_HOLD);

    /** Where the configuration file is. Not a key of the file itself. */
    static final Key<Path> CONFIG =
            Key.of("config", "a YAML file with any of the other keys", "/etc/muster/muster.yaml", Texts::folder);

    private Keys() {}

    /** The known name that looks most like the unknown one. */
    static String nearest(String unknown, List<String> known) {
        String best = known.get(0);
        for (String name : known) {
            if (distance(unknown, name) < distance(unknown, best)) {
                best = name;
            }
        }
        return best;
    }

    /** How many letters have to be added, dropped or changed to make one word of the other. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
