// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Change;
import dev.muster.testing.history.Shown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Whether every list that a watch showed is the registry's list at its revision: nothing left out, nothing kept,
 * the changes of one revision all together, and across nodes never a step back. Lists are compared with what the log
 * makes of them. Stateless.
 */
public final class WatchedLists {
    private WatchedLists() {}

    /**
     * Judges the lists of each watch.
     *
     * @param end the revision that each watch has to have reached when the run was over
     */
    public static List<Violation> check(List<Shown> shown, List<Change> log, long end) {
        Map<String, NavigableMap<Long, List<Change>>> logs = new HashMap<>();
        log.forEach(change -> logs.computeIfAbsent(change.service(), service -> new TreeMap<>())
                .computeIfAbsent(change.revision(), revision -> new ArrayList<>())
                .add(change));
        Map<String, Replay> replays = new HashMap<>();
        Map<String, Shown> newest = new HashMap<>();
        List<Violation> violations = new ArrayList<>();
        for (Shown list : shown) {
            Shown before = newest.put(list.watch(), list);
            if (before != null && list.revision() < before.revision()) {
                violations.add(violation(list, "revision " + before.revision() + " or more, which it showed before"));
                continue;
            }
            Map<String, Long> truth = replays.computeIfAbsent(
                            list.watch(), watch -> new Replay(logs.getOrDefault(list.service(), new TreeMap<>())))
                    .at(list.revision());
            if (!truth.equals(list.modified())) {
                violations.add(violation(list, truth + " by the log"));
            }
        }
        newest.values().stream()
                .filter(list -> list.revision() < last(logs, list.service(), end))
                .forEach(list -> violations.add(
                        violation(list, "that of revision " + last(logs, list.service(), end) + " in the end")));
        violations.sort(Comparator.comparingLong(Violation::at));
        return violations;
    }

    /** The last change that a watch of the service has to show. */
    private static long last(Map<String, NavigableMap<Long, List<Change>>> logs, String service, long end) {
        Long last = logs.getOrDefault(service, new TreeMap<>()).floorKey(end);
        return last == null ? 0 : last;
    }

    private static Violation violation(Shown list, String expected) {
        return new Violation(
                Promise.WATCH_GAPS,
                list.watch() + " showed " + list.service() + " at revision " + list.revision() + " as "
                        + new TreeMap<>(list.modified()) + " (expected: " + expected + ")",
                list.at(),
                list.watch());
    }

    /** The list of a service as it grows along its log. */
    private static final class Replay {
        private final NavigableMap<Long, List<Change>> log;
        private final Map<String, Long> list = new TreeMap<>();
        private long done;

        Replay(NavigableMap<Long, List<Change>> log) {
            this.log = log;
        }

        Map<String, Long> at(long revision) {
            log.subMap(done, false, revision, true).values().forEach(together -> together.forEach(this::apply));
            done = revision;
            return list;
        }

        private void apply(Change change) {
            if (change.listed()) {
                list.put(change.id(), change.revision());
            } else {
                list.remove(change.id());
            }
        }
    }
}
