// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.ChangeView.Kind;
import dev.muster.cli.output.ChangeView.Line;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What changed from one list of a service to the next, ordered by revision. Not safe for use by several threads. */
final class Differences {
    private Map<String, ServiceInstance> known = Map.of();
    private boolean listed;

    /** What this list changes; of the first list, what it holds. */
    List<Line> next(ServiceSnapshot snapshot) {
        Map<String, ServiceInstance> now = new TreeMap<>();
        snapshot.all().forEach(instance -> now.put(instance.id(), instance));
        List<Line> lines = new ArrayList<>();
        now.values()
                .forEach(instance -> changed(known.get(instance.id()), instance).ifPresent(lines::add));
        known.values().stream()
                .filter(instance -> !now.containsKey(instance.id()))
                .map(instance -> new Line(snapshot.position().revision(), Kind.REMOVED, instance))
                .forEach(lines::add);
        lines.sort(Comparator.comparingLong(Line::revision));
        known = now;
        listed = true;
        return lines;
    }

    private Optional<Line> changed(@Nullable ServiceInstance before, ServiceInstance now) {
        return before != null && before.equals(now)
                ? Optional.empty()
                : Optional.of(new Line(now.listing().modifyRevision(), kind(before, now), now));
    }

    private Kind kind(@Nullable ServiceInstance before, ServiceInstance now) {
        if (before == null) {
            return listed ? Kind.REGISTERED : Kind.LISTED;
        }
        return before.listing().incarnation() == now.listing().incarnation() ? Kind.UPDATED : Kind.REPLACED;
    }
}
