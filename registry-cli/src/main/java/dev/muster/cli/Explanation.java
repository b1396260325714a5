// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.ExplanationView.Line;
import dev.muster.cli.output.ExplanationView.Reason;
import dev.muster.client.EventLog;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.LookupResult;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why instances are in the lookup of a service, or are not: what the list says, and the event that decided it. Built from
 * a lookup and the events up to its revision. Not safe for use by several threads.
 */
final class Explanation {
    /** Looked back through, newest first. */
    private static final int MOST_EVENTS = 5_000;

    private static final EventType[] OF_INSTANCES = {
        EventType.INSTANCE_REGISTERED,
        EventType.INSTANCE_REPLACED,
        EventType.INSTANCE_UPDATED,
        EventType.INSTANCE_DEREGISTERED,
        EventType.INSTANCE_EXPIRED,
        EventType.INSTANCE_FENCED
    };

    /** What a keeper tells of a unit that it does not start, or not yet. */
    private static final Map<String, Reason> KEPT_OFF =
            Map.of("gave_up", Reason.GAVE_UP, "crash_loop_backoff", Reason.CRASH_LOOP);

    private static final Set<Reason> GONE =
            EnumSet.of(Reason.DEREGISTERED, Reason.EXPIRED, Reason.LOST, Reason.NEVER_REGISTERED);

    private final EventLog log;
    private final EventQuery query;
    private final LookupResult lookup;
    /** The keepers that were lost, by their lease; looked up when the first instance turns out to have expired. */
    private @Nullable Map<Long, RegistryEvent> lostKeepers;

    /** {@code query} is for the events of the service or the instance, {@code lookup} shows those that do not serve, too. */
    Explanation(EventLog log, EventQuery query, LookupResult lookup) {
        this.log = log;
        this.query = query;
        this.lookup = lookup;
    }

    /**
     * One line for each instance that is listed, or was as far back as events are kept; ordered by id. If one instance is
     * asked for, then also what became of the older processes that had its place; these come last, the newest first.
     */
    List<Line> lines() {
        Map<String, Map<Long, List<RegistryEvent>>> events = events();
        Map<String, Line> lines = new TreeMap<>();
        for (ServiceInstance instance : lookup.instances()) {
            lines.put(instance.id(), listed(instance, newest(events.get(instance.id()))));
        }
        events.forEach((id, ofInstance) -> lines.computeIfAbsent(id, gone -> gone(id, newest(ofInstance))));
        keptOff().forEach((id, told) -> lines.compute(id, (same, line) -> keptOff(id, line, told)));
        if (query.id().isEmpty()) {
            return List.copyOf(lines.values());
        }
        Line line = lines.getOrDefault(query.id(), gone(query.id(), List.of()));
        return Stream.concat(Stream.of(line), older(events.getOrDefault(query.id(), Map.of())))
                .toList();
    }

    /** By id and incarnation, both newest first. What came after the lookup is not what it shows. */
    private Map<String, Map<Long, List<RegistryEvent>>> events() {
        Map<String, Map<Long, List<RegistryEvent>>> events = new LinkedHashMap<>();
        log.list(query.types(OF_INSTANCES).newestFirst(true))
                .limit(MOST_EVENTS)
                .filter(event -> event.revision() <= lookup.position().revision())
                .forEach(event -> event.key()
                        .ifPresent(key -> events.computeIfAbsent(key.id(), id -> new LinkedHashMap<>())
                                .computeIfAbsent(event.incarnation(), incarnation -> new ArrayList<>())
                                .add(event)));
        return events;
    }

    /** Of each instance what was told of it last, if that is why it does not run. */
    private Map<String, RegistryEvent> keptOff() {
        Map<String, RegistryEvent> last = new LinkedHashMap<>();
        log.list(query.types(EventType.CLIENT).newestFirst(true))
                .limit(MOST_EVENTS)
                .filter(event -> event.revision() <= lookup.position().revision())
                .forEach(event -> event.key().ifPresent(key -> last.putIfAbsent(key.id(), event)));
        last.values().removeIf(event -> !KEPT_OFF.containsKey(event.kind()));
        return last;
    }

    private static Line keptOff(String id, @Nullable Line line, RegistryEvent told) {
        if (line != null && !GONE.contains(line.reason())) {
            return line;
        }
        Reason reason = KEPT_OFF.getOrDefault(told.kind(), Reason.DEREGISTERED);
        String what = reason == Reason.GAVE_UP
                ? "it ended so often that its keeper gave it up: "
                : "it ended again, and its keeper waits before it starts it: ";
        return new Line(id, false, reason, what + told.cause() + ", by " + told.actor(), Optional.of(told));
    }

    /** What happened to the newest incarnation. */
    private static List<RegistryEvent> newest(@Nullable Map<Long, List<RegistryEvent>> incarnations) {
        return incarnations == null
                ? List.of()
                : incarnations.values().stream().findFirst().orElse(List.of());
    }

    /** What became of the incarnations before the newest one. */
    private Stream<Line> older(Map<Long, List<RegistryEvent>> incarnations) {
        return incarnations.values().stream().skip(1).map(events -> {
            RegistryEvent last = events.get(0);
            return ended("incarnation " + last.incarnation(), query.id(), last);
        });
    }

    private Line listed(ServiceInstance instance, List<RegistryEvent> events) {
        Optional<RegistryEvent> held = heldBy(instance);
        boolean shown = instance.status() == InstanceStatus.UP;
        if (shown && held.isPresent()) {
            return new Line(
                    instance.id(),
                    true,
                    Reason.HELD,
                    "its owner is not heard, but the expiry budget keeps it listed: "
                            + held.get().cause(),
                    held);
        }
        Optional<RegistryEvent> deciding = beginOf(instance.status(), events);
        String status = instance.status().name().toLowerCase(Locale.ROOT);
        String who = deciding.map(event -> " (" + event.cause() + ", by " + asker(instance, event) + ")")
                .orElse("");
        return new Line(
                instance.id(),
                shown,
                reason(instance.status()),
                shown ? "it is registered and serves" + who : "it is registered, but says that it is " + status + who,
                deciding);
    }

    /** A call outside of a session, about what lives in one, is not its own process'. */
    private static String asker(ServiceInstance instance, RegistryEvent event) {
        boolean operator = event.type() == EventType.INSTANCE_UPDATED
                && event.session() == 0
                && instance.listing().lease() != 0;
        return (operator ? "its operator, " : "") + event.actor();
    }

    private Line gone(String id, List<RegistryEvent> events) {
        if (events.isEmpty()) {
            return new Line(
                    id,
                    false,
                    Reason.NEVER_REGISTERED,
                    "it was never registered, as far back as events are kept",
                    Optional.empty());
        }
        return ended("it", id, events.get(0));
    }

    /** Why it is not on the list any more, by the last event about it. */
    private Line ended(String what, String id, RegistryEvent last) {
        String who = last.cause() + ", by " + last.actor();
        return switch (last.type()) {
            case INSTANCE_FENCED -> new Line(id, false, Reason.FENCED, what + " was fenced: " + who, Optional.of(last));
            case INSTANCE_EXPIRED -> expired(what, id, last, who);
            default ->
                new Line(id, false, Reason.DEREGISTERED, what + " was taken off the list: " + who, Optional.of(last));
        };
    }

    private Line expired(String what, String id, RegistryEvent last, String who) {
        Optional<RegistryEvent> keeper = Optional.ofNullable(lostKeepers().get(last.lease()));
        if (keeper.isPresent()) {
            String host = keeper.get().key().map(InstanceKey::id).orElse("");
            return new Line(
                    id,
                    false,
                    Reason.KEEPER_LOST,
                    what + " went with the keeper of host " + host
                            + ", which was killed, hangs or is cut off; it may still run, unlisted: " + who,
                    keeper);
        }
        return last.session() != 0 && last.session() == last.lease()
                ? new Line(
                        id,
                        false,
                        Reason.LOST,
                        what + " went with its process, which was killed, hangs or is cut off: " + who,
                        Optional.of(last))
                : new Line(id, false, Reason.EXPIRED, what + " expired: " + who, Optional.of(last));
    }

    private Map<Long, RegistryEvent> lostKeepers() {
        Map<Long, RegistryEvent> lost = lostKeepers;
        if (lost == null) {
            lost = log.list(EventQuery.all().types(EventType.KEEPER_LOST).newestFirst(true))
                    .limit(MOST_EVENTS)
                    .collect(Collectors.toMap(RegistryEvent::lease, event -> event, (newer, older) -> newer));
            lostKeepers = lost;
        }
        return lost;
    }

    /** The event since which it says this of itself without a break. */
    private static Optional<RegistryEvent> beginOf(InstanceStatus status, List<RegistryEvent> newestFirst) {
        RegistryEvent begin = null;
        for (RegistryEvent event : newestFirst) {
            if (!event.status().equals(Optional.of(status))) {
                break;
            }
            begin = event;
            if (event.type() != EventType.INSTANCE_UPDATED) {
                break;
            }
        }
        return Optional.ofNullable(begin);
    }

    /** The event since which its lease is held; none when it is not. */
    private Optional<RegistryEvent> heldBy(ServiceInstance instance) {
        if (lookup.held() == 0 || instance.listing().lease() == 0) {
            return Optional.empty();
        }
        return log.list(EventQuery.all()
                        .lease(instance.listing().lease())
                        .types(EventType.LEASE_HELD, EventType.LEASE_RESUMED)
                        .newestFirst(true))
                .filter(event -> event.revision() <= lookup.position().revision())
                .findFirst()
                .filter(event -> event.type() == EventType.LEASE_HELD);
    }

    private static Reason reason(InstanceStatus status) {
        return switch (status) {
            case UP -> Reason.SERVING;
            case STARTING -> Reason.STARTING;
            case DRAINING -> Reason.DRAINING;
            case DOWN -> Reason.DOWN;
        };
    }
}
