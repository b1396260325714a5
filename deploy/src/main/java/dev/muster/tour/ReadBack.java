// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.Consistency;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks for every acknowledged registration, node by node, and remembers where one is missing. For one thread. */
final class ReadBack {
    private final Map<String, Set<String>> idsByService;
    private final Map<String, Set<String>> lost = new TreeMap<>();

    ReadBack(List<Ack> acks) {
        idsByService = acks.stream()
                .collect(Collectors.groupingBy(
                        Ack::service,
                        TreeMap::new,
                        Collectors.mapping(Ack::id, Collectors.toCollection(TreeSet::new))));
    }

    /** Reads through this client, which knows no other node than the one called {@code node}. */
    void from(String node, MusterClient client) {
        for (Consistency consistency : List.of(Consistency.LINEARIZABLE, Consistency.LOCAL)) {
            idsByService.forEach((service, ids) -> {
                LookupQuery query = LookupQuery.of(service).withNotServing().consistency(consistency);
                Set<String> missing = new TreeSet<>(ids);
                client.lookup(query)
                        .instances()
                        .forEach(found -> missing.remove(found.key().id()));
                missing.forEach(id -> lost.computeIfAbsent(service + "/" + id, key -> new TreeSet<>())
                        .add(node + " " + consistency));
            });
        }
    }

    /** What is missing anywhere, and where. */
    Map<String, Set<String>> lost() {
        return lost;
    }
}
