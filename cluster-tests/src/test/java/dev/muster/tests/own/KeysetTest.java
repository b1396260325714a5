// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Key;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeySet;
import dev.muster.client.KeyStatus;
import dev.muster.client.Keyspace;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.LedgerRange;
import dev.muster.client.MusterClient;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.Network;
import dev.muster.testing.NumberTakers;
import dev.muster.testing.TakeNumbers;
import dev.muster.testing.TcpProxy.Direction;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Numbers, while leaders die or sleep, replies get lost, and the owners of key sets die. */
@ClusterTest(badNetwork = true)
final class KeysetTest {
    private static final Logger LOG = LoggerFactory.getLogger(KeysetTest.class);
    private static final int TAKERS = 16;
    /** A client goes elsewhere when a third of it passed without an answer. */
    private static final Duration TTL = Duration.ofSeconds(6);

    private static final Duration SHORT_TTL = Duration.ofSeconds(3);
    private static final Pattern NUMBER = Pattern.compile("NUMBER (\\d+)\\R");

    @Test
    void leadersKilledAndRepliesLostGiveNoNumberTwice(TestCluster cluster) {
        takeWhile(cluster, "killed", 2, Disturbance.KILL);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void leadersKilledAndRepliesLostForAMinuteGiveNoNumberTwice(TestCluster cluster) {
        takeWhile(cluster, "killed-long", 10, Disturbance.KILL);
    }

    @Test
    @Tag("long")
    void leadersThatSleepGiveNoNumberTwice(TestCluster cluster) {
        takeWhile(cluster, "slept", 2, Disturbance.SLEEP);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void leadersThatSleepForAMinuteGiveNoNumberTwice(TestCluster cluster) {
        takeWhile(cluster, "slept-long", 10, Disturbance.SLEEP);
    }

    @Test
    void killedClientLosesItsSetsAndNobodyGetsThem(TestCluster cluster) {
        MusterClient observer = cluster.client();
        observer.keyspaces().create(KeyspaceSpec.of("orphaned"));
        JavaChild process = take(cluster, "orphaned");
        assertThat(info(observer, "orphaned").held()).isPositive();

        process.kill();

        await("its sets are lost")
                .atMost(SHORT_TTL.multipliedBy(4))
                .until(() -> info(observer, "orphaned").held() == 0);
        KeyLedger ledger = observer.keyspaces().ledger("orphaned");
        assertAddsUp(ledger);
        assertThat(ledger.keyspace().lost())
                .isGreaterThanOrEqualTo(numbers(process).size());
        assertThat(ledger.ranges()).allSatisfy(range -> {
            assertThat(range.status()).isEqualTo(KeyStatus.LOST);
            assertThat(range.owner()).isEqualTo("take-numbers");
        });
        Key highWater = ledger.keyspace().next().orElseThrow();
        KeySet after = observer.keyspace("orphaned").nextSet(5);
        assertThat(after.first()).isEqualTo(highWater);
    }

    @Test
    void frozenClientGivesOutNothingOfTheSetsThatItLost(TestCluster cluster) {
        MusterClient observer = cluster.client();
        observer.keyspaces().create(KeyspaceSpec.of("frozen"));
        JavaChild process = take(cluster, "frozen");

        process.pause();
        await("its sets are lost")
                .atMost(SHORT_TTL.multipliedBy(4))
                .until(() -> info(observer, "frozen").held() == 0);
        List<Long> before = numbers(process);
        long highWater = info(observer, "frozen").next().orElseThrow().toLong();
        process.resume();
        await("it goes on")
                .atMost(Duration.ofSeconds(20))
                .until(() -> numbers(process).size() >= before.size() + 40);

        List<Long> all = numbers(process);
        assertThat(all).doesNotHaveDuplicates();
        assertThat(all.subList(before.size(), all.size()))
                .as("numbers of its next session")
                .allMatch(number -> number >= highWater);
    }

    @Test
    @Tag("long")
    void closedClientReturnsWhatItDidNotUse(TestCluster cluster) {
        MusterClient observer = cluster.client();
        observer.keyspaces().create(KeyspaceSpec.of("tidy"));
        long used = 0;
        try (MusterClient client = cluster.client();
                Keyspace keyspace = client.keyspace("tidy")) {
            for (int i = 0; i < 100; i++) {
                keyspace.next();
                used++;
            }
        }
        KeyspaceInfo tidy = info(observer, "tidy");
        assertThat(tidy.issued()).isEqualTo(used);
        assertThat(tidy.returned()).isPositive();
        assertThat(tidy.lost()).isZero();
        assertThat(tidy.held()).isZero();
    }

    private enum Disturbance {
        KILL,
        SLEEP
    }

    private static void takeWhile(TestCluster cluster, String name, int rounds, Disturbance disturbance) {
        Network network = cluster.network();
        cluster.client().keyspaces().create(KeyspaceSpec.of(name));
        List<MusterClient> clients = IntStream.range(0, TAKERS)
                .mapToObj(i -> cluster.clientOf(builder -> builder.endpoints(network.endpoints())
                        .clientName("taker-" + i)
                        .sessionTtl(TTL)
                        .requestTimeout(TTL)))
                .toList();
        NumberTakers takers = cluster.closedWithCluster(NumberTakers.start(clients, name));
        long lost = 0;
        for (int round = 0; round < rounds; round++) {
            takers.awaitMore(50);
            lost += loseReplies(network);
            takers.awaitMore(50);
            disturb(cluster, disturbance);
            takers.awaitMore(50);
        }
        List<List<Long>> taken = takers.stop();
        assertThat(lost).as("bytes of replies that were lost").isPositive();
        clients.forEach(MusterClient::close);
        judge(cluster.client().keyspaces().ledger(name), taken);
    }

    /** Until some got lost: then what was executed has to be asked for again. */
    private static long loseReplies(Network network) {
        long before = network.swallowedOfClients(Direction.REPLIES);
        network.clientPorts().forEach(proxy -> proxy.swallow(Direction.REPLIES));
        await("replies get lost")
                .atMost(Duration.ofSeconds(10))
                .until(() -> network.swallowedOfClients(Direction.REPLIES) > before);
        network.heal();
        return network.swallowedOfClients(Direction.REPLIES) - before;
    }

    private static void disturb(TestCluster cluster, Disturbance disturbance) {
        TestNode leader = cluster.awaitLeader();
        switch (disturbance) {
            case KILL -> {
                leader.kill();
                cluster.awaitLeader();
                leader.restart();
            }
            case SLEEP -> {
                leader.pause();
                cluster.awaitLeader(node -> node != leader);
                leader.resume();
            }
        }
    }

    private static void judge(KeyLedger ledger, List<List<Long>> taken) {
        assertAddsUp(ledger);
        assertThat(ledger.keyspace().summarised())
                .as("all of it can be compared")
                .isZero();
        Set<Long> all = new HashSet<>();
        long count = 0;
        for (List<Long> ofOne : taken) {
            all.addAll(ofOne);
            count += ofOne.size();
        }
        assertThat(all).as("numbers given out twice").hasSize((int) count);
        assertThat(count).isGreaterThan(TAKERS * 100L);
        TreeMap<Long, LedgerRange> ranges = new TreeMap<>(ledger.ranges().stream()
                .collect(Collectors.toMap(range -> range.first().toLong(), range -> range)));
        for (int taker = 0; taker < taken.size(); taker++) {
            for (long number : taken.get(taker)) {
                Map.Entry<Long, LedgerRange> entry = ranges.floorEntry(number);
                assertThat(entry).as("range of %s", number).isNotNull();
                LedgerRange range = entry.getValue();
                assertThat(range.last().toLong()).as("range of %s", number).isGreaterThanOrEqualTo(number);
                assertThat(range.owner()).as("owner of %s", number).isEqualTo("taker-" + taker);
                assertThat(EnumSet.of(KeyStatus.ISSUED, KeyStatus.LOST))
                        .as("status of %s", number)
                        .contains(range.status());
            }
        }
        LOG.info("{} numbers taken, {}", count, ledger.keyspace());
    }

    /** The ranges follow one another from the start to the high-water mark, and their sizes are the counts. */
    private static void assertAddsUp(KeyLedger ledger) {
        KeyspaceInfo keyspace = ledger.keyspace();
        Key next = keyspace.start();
        for (LedgerRange range : ledger.ranges()) {
            assertThat(range.first()).isEqualTo(next);
            next = range.last().plus(1);
        }
        assertThat(keyspace.next()).isEqualTo(Optional.of(next));
        assertThat(size(ledger, KeyStatus.HELD)).isEqualTo(keyspace.held());
        assertThat(size(ledger, KeyStatus.ISSUED)).isEqualTo(keyspace.issued());
        assertThat(size(ledger, KeyStatus.RETURNED)).isEqualTo(keyspace.returned());
        assertThat(size(ledger, KeyStatus.LOST)).isEqualTo(keyspace.lost());
    }

    private static long size(KeyLedger ledger, KeyStatus status) {
        return ledger.ranges().stream()
                .filter(range -> range.status() == status)
                .mapToLong(range -> range.last().toLong() - range.first().toLong() + 1)
                .sum();
    }

    private static KeyspaceInfo info(MusterClient client, String name) {
        return client.keyspaces().list().stream()
                .filter(keyspace -> keyspace.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A process that has taken some numbers already. */
    private static JavaChild take(TestCluster cluster, String keyspace) {
        JavaChild process = JavaChild.start(
                cluster.folder(),
                "take-" + keyspace,
                TakeNumbers.class.getName(),
                List.of(String.join(",", cluster.endpoints()), keyspace, Long.toString(SHORT_TTL.toMillis())));
        cluster.closedWithCluster(process::kill);
        await("it has some numbers")
                .atMost(Duration.ofSeconds(20))
                .until(() -> numbers(process).size() >= 40);
        return process;
    }

    private static List<Long> numbers(JavaChild process) {
        return NUMBER.matcher(process.output())
                .results()
                .map(line -> Long.parseLong(line.group(1)))
                .toList();
    }
}
