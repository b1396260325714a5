// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.StateHash;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.check.IssuedNumbers;
import dev.muster.testing.check.LeaseTimes;
import dev.muster.testing.check.Linearizability;
import dev.muster.testing.check.LogTruth;
import dev.muster.testing.check.RevisionOrder;
import dev.muster.testing.check.Violation;
import dev.muster.testing.check.WatchedLists;
import dev.muster.testing.history.Change;
import dev.muster.testing.history.Fault;
import dev.muster.testing.history.History;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import dev.muster.testing.history.Shown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients at work while the cluster is harmed again and again. One seed draws the faults, their targets and their
 * lengths, and what each client asks for; how calls interleave is the machine's doing and differs from run to run. For
 * one thread.
 */
public final class ChaosRun {
    private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);
    private static final int SERVICES = 3;
    private static final int WRITERS = 4;
    private static final int TAKERS = 2;
    private static final int KEYSPACES = 12;
    private static final Duration SHORT_TIMEOUT = Duration.ofMillis(500);
    /** A client goes elsewhere when a third of it passed without an answer. */
    private static final Duration SESSION = Duration.ofSeconds(9);

    private static final Duration BETWEEN_CALLS = Duration.ofMillis(10);
    private static final Duration BETWEEN_SETS = Duration.ofMillis(60);
    private static final int CALLS_BETWEEN_FAULTS = 60;
    private static final Duration LONGEST_CALM = Duration.ofMinutes(2);
    private static final int SHORTEST_FAULT_MILLIS = 700;
    private static final int FAULT_MILLIS_SPREAD = 1_000;
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(20);

    private final TestCluster cluster;
    private final long seed;
    private final History history = new History();
    private final Crew crew = new Crew();
    private final List<String> keyspaces;
    private final List<Slot> slots;

    private boolean judged;

    /** A run on a cluster with a network of its own, which was not used for another one with that seed. */
    public ChaosRun(TestCluster cluster, long seed) {
        this.cluster = cluster;
        this.seed = seed;
        this.keyspaces =
                IntStream.range(0, KEYSPACES).mapToObj(i -> named("chaos-" + i)).toList();
        this.slots = services().stream().map(Slot::new).toList();
    }

    /** A name of this run alone. */
    public String named(String what) {
        return what + "-" + seed;
    }

    /** The services that its clients change. */
    public List<String> services() {
        return IntStream.range(0, SERVICES).mapToObj(i -> named("chaos-" + i)).toList();
    }

    /** What happens, for further clients to add to. */
    public History history() {
        return history;
    }

    /** Who works, for further clients to join. */
    public Crew crew() {
        return crew;
    }

    /** Lets the clients begin. */
    public void start() {
        MusterClient founder = cluster.client();
        keyspaces.forEach(keyspace -> founder.keyspaces().create(KeyspaceSpec.of(keyspace)));
        for (int i = 0; i < WRITERS; i++) {
            Registrar writer = registrar("writer-" + i, endpoints(i), false);
            crew.add("writer-" + i, BETWEEN_CALLS, writer::call);
        }
        for (TestNode node : cluster.nodes()) {
            String name = "reader-" + node;
            Registrar reader = registrar(
                    name, new String[] {cluster.network().clientPort(node).endpoint()}, true);
            crew.add(name, BETWEEN_CALLS, reader::call);
        }
        for (int i = 0; i < TAKERS; i++) {
            String name = "taker-" + i;
            SetTaker taker = new SetTaker(name, client(name, endpoints(i)), keyspaces, history, random(name));
            crew.add(name, BETWEEN_SETS, taker::take);
        }
        for (int i = 0; i < SERVICES; i++) {
            watch("watch-" + i, slots.get(i).service(), endpoints(i));
        }
    }

    /** Harms the cluster for that long: with each of these once, in a random order, then with whichever comes. */
    public void harm(List<Nemesis> nemeses, Duration time) {
        Random random = random("faults");
        List<Nemesis> first = new ArrayList<>(nemeses);
        Collections.shuffle(first, random);
        long end = System.nanoTime() + time.toNanos();
        for (int i = 0; i < first.size() || System.nanoTime() < end; i++) {
            harm(i < first.size() ? first.get(i) : nemeses.get(random.nextInt(nemeses.size())), random);
        }
        awaitProgress();
    }

    /** Ends the clients, judges everything, and returns what is broken. */
    public List<Violation> judge(Duration leaseGrace) {
        crew.stop();
        cluster.heal();
        // Not before what clients had given up, and sent again after the last fault, is executed.
        StateHash whole = Hashes.awaitQuiet(cluster);
        List<Change> log = log();
        awaitWatches(log, whole.position().revision());
        List<Violation> violations =
                new ArrayList<>(Linearizability.check(history.operations(), Linearizability.STEPS));
        violations.addAll(RevisionOrder.check(history.operations()));
        violations.addAll(LogTruth.check(history.operations(), log));
        violations.addAll(
                WatchedLists.check(history.shown(), log, whole.position().revision()));
        violations.addAll(LeaseTimes.check(history.leases(), history.faults(), leaseGrace));
        MusterClient auditor = cluster.client();
        keyspaces.forEach(keyspace -> violations.addAll(
                IssuedNumbers.check(history.operations(), auditor.keyspaces().ledger(keyspace))));
        judged = true;
        return violations;
    }

    /** The one line that says it all. A run that was not judged did not pass. */
    public String summary(List<Violation> violations) {
        Map<String, Long> faults = history.faults().stream()
                .collect(Collectors.groupingBy(Fault::kind, TreeMap::new, Collectors.counting()));
        String broken = Stream.of(Violation.Promise.values())
                .map(promise -> promise.title() + "="
                        + violations.stream()
                                .filter(violation -> violation.promise() == promise)
                                .count())
                .collect(Collectors.joining(" "));
        return "chaos seed=" + seed + " nodes=" + cluster.nodes().size() + " faults="
                + history.faults().size() + " " + faults + " acked=" + history.count(Outcome.OK) + " writes="
                + acked().filter(Operation::isWrite).count() + " numbers="
                + acked().filter(operation -> operation.kind() == Kind.TAKE)
                        .mapToLong(operation -> Long.parseLong(operation.argument()))
                        .sum()
                + " judged="
                + (history.count(Outcome.CONFLICT) + history.count(Outcome.ABSENT)) + " refused="
                + history.count(Outcome.REFUSED) + " unknown=" + history.count(Outcome.UNKNOWN) + " lists="
                + history.shown().size() + " leases=" + history.leases().size() + " " + broken
                + (judged && violations.isEmpty() ? " PASS" : " FAIL");
    }

    private Stream<Operation> acked() {
        return history.operations().stream().filter(operation -> operation.outcome() == Outcome.OK);
    }

    private void harm(Nemesis nemesis, Random random) {
        awaitProgress();
        Duration length = Duration.ofMillis(SHORTEST_FAULT_MILLIS + random.nextInt(FAULT_MILLIS_SPREAD));
        long begun = System.nanoTime();
        Nemesis.Strike strike = nemesis.strike(cluster, random);
        await().pollDelay(length).atMost(length.plusSeconds(1)).until(() -> true);
        String proof = strike.proof();
        cluster.heal();
        Fault fault = new Fault(nemesis.title(), strike.target(), proof, begun, System.nanoTime());
        history.add(fault);
        LOG.info("{} {} for {} ms: {}", fault.kind(), fault.target(), length.toMillis(), proof);
    }

    /** The cluster serves again after what was healed, and clients do something between two faults. */
    private void awaitProgress() {
        long enough = history.count(Outcome.OK) + CALLS_BETWEEN_FAULTS;
        await("clients go on").atMost(LONGEST_CALM).until(() -> history.count(Outcome.OK) >= enough);
    }

    private Registrar registrar(String name, String[] endpoints, boolean readsOnly) {
        return new Registrar(name, client(name, endpoints), slots, history, random(name), readsOnly);
    }

    private MusterClient client(String name, String[] endpoints) {
        return cluster.clientOf(builder -> builder.endpoints(endpoints)
                .clientName(name)
                .sessionTtl(SESSION)
                .requestTimeout(SHORT_TIMEOUT));
    }

    /** Those of all nodes, each time beginning with another one. */
    private String[] endpoints(int first) {
        List<String> all = new ArrayList<>(List.of(cluster.network().endpoints()));
        Collections.rotate(all, first);
        return all.toArray(String[]::new);
    }

    /** Numbers for one purpose, which others do not disturb. */
    private Random random(String purpose) {
        return new Random(seed ^ ((long) purpose.hashCode() << Integer.SIZE));
    }

    private void watch(String name, String service, String[] endpoints) {
        ServiceView view = client(name, endpoints).view(service);
        var unused = view.onChange(list -> history.add(shown(name, list)));
    }

    private static Shown shown(String name, ServiceSnapshot list) {
        return new Shown(
                name,
                list.service(),
                list.position().revision(),
                list.all().stream()
                        .collect(Collectors.toMap(
                                ServiceInstance::id,
                                instance -> instance.listing().modifyRevision())),
                System.nanoTime());
    }

    /** All changes of the services, as the registry tells them. */
    private List<Change> log() {
        MusterClient auditor = cluster.client();
        return slots.stream()
                .flatMap(slot -> auditor.events().list(EventQuery.all().service(slot.service())))
                .flatMap(ChaosRun::change)
                .toList();
    }

    private static Stream<Change> change(RegistryEvent event) {
        return switch (event.type()) {
            case INSTANCE_REGISTERED, INSTANCE_REPLACED, INSTANCE_UPDATED -> change(event, true);
            case INSTANCE_DEREGISTERED, INSTANCE_EXPIRED -> change(event, false);
            default -> Stream.empty();
        };
    }

    private static Stream<Change> change(RegistryEvent event, boolean listed) {
        return event.key().stream().map(key -> new Change(event.revision(), key.service(), key.id(), listed));
    }

    /** Watches may take a while; one that does not come is for the checker to tell. */
    private void awaitWatches(List<Change> log, long revision) {
        long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
        await("the watches show the end, or had their time")
                .atMost(LONGEST_DRAIN.multipliedBy(2))
                .ignoreException(MusterException.class)
                .until(() -> System.nanoTime() > end
                        || WatchedLists.check(history.shown(), log, revision).isEmpty());
    }
}
