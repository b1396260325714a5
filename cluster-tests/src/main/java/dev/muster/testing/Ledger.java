// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.client.Consistency;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the registry has told the writers of a test, to be held against what it shows in the end. Nothing acknowledged
 * may be missing on any node, nothing refused may be there, and revisions have to agree with time: a write that began
 * after another was acknowledged has the higher one. Safe for use by any number of threads.
 */
public final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final int SHOWN = 10;

    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Map<InstanceKey, Long> listed = new HashMap<>();
    private final Set<InstanceKey> removed = new HashSet<>();
    private final Set<InstanceKey> refused = new HashSet<>();
    private final Set<InstanceKey> unknown = new HashSet<>();
    private long highestRevision;

    Ledger() {}

    /** The times are those of {@link System#nanoTime}. */
    private record Acknowledged(InstanceKey key, long begun, long done, long revision) {}

    /** The registration, begun then, was acknowledged now. */
    public synchronized void registered(InstanceKey key, long begun, long revision) {
        acknowledge(key, begun, revision);
        listed.put(key, revision);
    }

    /** The deregistration, begun then, was acknowledged now. */
    public synchronized void deregistered(InstanceKey key, long begun, long revision) {
        acknowledge(key, begun, revision);
        listed.remove(key);
        removed.add(key);
    }

    /** The registration of a new key was refused and will not be executed. */
    public synchronized void refused(InstanceKey key) {
        refused.add(key);
    }

    /** Nobody knows whether the last change of this key was or will be executed. */
    public synchronized void unknown(InstanceKey key) {
        listed.remove(key);
        unknown.add(key);
    }

    /** How many changes were acknowledged. */
    public synchronized int acknowledged() {
        return acknowledged.size();
    }

    /** How many changes were refused. */
    public synchronized int refused() {
        return refused.size();
    }

    /** How many changes have an unknown outcome. */
    public synchronized int unknown() {
        return unknown.size();
    }

    /** The highest revision that was acknowledged: every linearizable read that begins now has to show it. */
    public synchronized long highestRevision() {
        return highestRevision;
    }

    /** The longest time without an acknowledgement that ended after that {@link System#nanoTime}. */
    public synchronized Duration longestGapSince(long nanos) {
        long longest = 0;
        long previous = 0;
        for (Acknowledged next : acknowledged) {
            if (previous != 0 && next.done() - nanos > 0) {
                longest = Math.max(longest, next.done() - previous);
            }
            previous = next.done();
        }
        return Duration.ofNanos(longest);
    }

    /** The median of what writes took that were acknowledged after that {@link System#nanoTime}; zero without any. */
    public synchronized Duration medianSince(long nanos) {
        long[] took = acknowledged.stream()
                .filter(write -> write.done() - nanos > 0)
                .mapToLong(write -> write.done() - write.begun())
                .sorted()
                .toArray();
        return Duration.ofNanos(took.length == 0 ? 0 : took[took.length / 2]);
    }

    /**
     * Holds it against every node, first linearizable through each node alone, then against each node's own copy when
     * all states are equal.
     *
     * @throws AssertionError that names what is lost
     */
    public void verify(TestCluster cluster) {
        List<String> problems = new ArrayList<>(orderProblems());
        for (TestNode node : cluster.nodes()) {
            compare(node, Consistency.LINEARIZABLE, problems);
        }
        Hashes.awaitEqual(cluster);
        for (TestNode node : cluster.nodes()) {
            compare(node, Consistency.LOCAL, problems);
        }
        String summary = "acknowledged " + acknowledged() + ", refused " + refused() + ", unknown " + unknown();
        if (!problems.isEmpty()) {
            throw new AssertionError(problems.size() + " problems (" + summary + "):\n  "
                    + problems.stream().limit(SHOWN).collect(Collectors.joining("\n  ")));
        }
        LOG.info("{}, lost 0", summary);
    }

    /** Forgets everything: what was written ends with the sessions of its writers. */
    public synchronized void clear() {
        acknowledged.clear();
        listed.clear();
        removed.clear();
        refused.clear();
        unknown.clear();
        highestRevision = 0;
    }

    private void acknowledge(InstanceKey key, long begun, long revision) {
        acknowledged.add(new Acknowledged(key, begun, System.nanoTime(), revision));
        highestRevision = Math.max(highestRevision, revision);
    }

    private synchronized Collection<String> orderProblems() {
        List<String> problems = new ArrayList<>();
        Map<Long, Acknowledged> byRevision = new HashMap<>();
        for (Acknowledged write : acknowledged) {
            Acknowledged other = byRevision.putIfAbsent(write.revision(), write);
            if (other != null) {
                problems.add("revision " + write.revision() + " was given to " + other.key() + " and " + write.key());
            }
        }
        List<Acknowledged> byBegin = new ArrayList<>(acknowledged);
        byBegin.sort(Comparator.comparingLong(Acknowledged::begun));
        int next = 0;
        long highest = 0;
        for (Acknowledged write : byBegin) {
            while (next < acknowledged.size() && acknowledged.get(next).done() < write.begun()) {
                highest = Math.max(highest, acknowledged.get(next).revision());
                next++;
            }
            if (write.revision() <= highest) {
                problems.add(write.key() + " got revision " + write.revision() + " (expected: above " + highest
                        + ", acknowledged before it began)");
            }
        }
        return problems;
    }

    private void compare(TestNode node, Consistency consistency, List<String> problems) {
        String where = " on " + node + " (" + consistency + ")";
        try (MusterClient client = MusterClient.builder()
                .endpoints(node.endpoint())
                .clientName("test-ledger")
                .connect()) {
            for (String service : services()) {
                Map<String, ServiceInstance> shown =
                        client
                                .lookup(LookupQuery.of(service).withNotServing().consistency(consistency))
                                .instances()
                                .stream()
                                .collect(Collectors.toMap(ServiceInstance::id, instance -> instance));
                compare(service, shown, where, problems);
            }
        }
    }

    private synchronized void compare(
            String service, Map<String, ServiceInstance> shown, String where, List<String> problems) {
        listed.forEach((key, revision) -> {
            ServiceInstance instance = shown.get(key.id());
            if (!key.service().equals(service)) {
                return;
            }
            if (instance == null) {
                problems.add("LOST: " + key + ", acknowledged at revision " + revision + ", is missing" + where);
            } else if (instance.listing().modifyRevision() != revision) {
                problems.add(key + " has revision " + instance.listing().modifyRevision() + where + " (expected: "
                        + revision + ", as acknowledged)");
            }
        });
        shown.keySet().forEach(id -> {
            InstanceKey key = InstanceKey.of(service, id);
            if (removed.contains(key)) {
                problems.add("BACK: " + key + " is listed though its removal was acknowledged," + where);
            } else if (refused.contains(key)) {
                problems.add("GHOST: " + key + " is listed though it was refused," + where);
            }
        });
    }

    private synchronized Set<String> services() {
        Set<String> services = new TreeSet<>();
        List.of(listed.keySet(), removed, refused, unknown)
                .forEach(keys -> keys.forEach(key -> services.add(key.service())));
        return services;
    }
}
