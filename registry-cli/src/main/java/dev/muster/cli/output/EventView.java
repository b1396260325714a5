// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import dev.muster.client.RegistryEvent;
import java.util.List;
import java.util.Locale;

/** How events are shown: one line each. Stateless. */
public final class EventView {
    /** One event. */
    public static final Columns<RegistryEvent> COLUMNS = Columns.<RegistryEvent>none()
            .number("SEQUENCE", event -> Long.toUnsignedString(event.sequence()))
            .time("TIME", RegistryEvent::time)
            .text("TYPE", EventView::type)
            .text("ABOUT", EventView::about)
            .text("ACTOR", RegistryEvent::actor)
            .text("CAUSE", RegistryEvent::cause);

    private EventView() {}

    /** The document of several events. */
    public static JsonObject document(List<RegistryEvent> events) {
        return new JsonFields()
                .array("events", events.stream().map(EventView::json).toList())
                .toObject();
    }

    /** One event with all that is known of it. */
    public static JsonObject json(RegistryEvent event) {
        JsonFields fields = new JsonFields()
                .number("sequence", event.sequence())
                .number("revision", event.revision())
                .time("time", event.time())
                .text("type", name(event.type()))
                .text("kind", event.kind())
                .text("cause", event.cause())
                .text("actor", event.actor());
        event.key()
                .ifPresent(key -> fields.text("namespace", key.namespace())
                        .text("service", key.service())
                        .text("id", key.id()));
        event.status().ifPresent(status -> fields.text("status", status.name().toLowerCase(Locale.ROOT)));
        if (!event.keyspace().isEmpty()) {
            fields.text("keyspace", event.keyspace());
        }
        event.keys()
                .ifPresent(keys -> fields.text("first", keys.first().toString())
                        .text("last", keys.last().toString()));
        event.pair()
                .ifPresent(pair -> fields.text("owner", pair.name().owner())
                        .text("pair", pair.name().id())
                        .text("part", pair.part().name().toLowerCase(Locale.ROOT))
                        .number("before", pair.before()));
        return fields.number("incarnation", event.incarnation())
                .number("lease", event.lease())
                .number("session", event.session())
                .number("term", event.term())
                .toObject();
    }

    /** A type as commands name it. */
    public static String name(EventType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String about(RegistryEvent event) {
        return event.key()
                .map(InstanceKey::toString)
                .orElseGet(() -> event.keys()
                        .map(keys -> event.keyspace() + " " + keys.first() + "-" + keys.last())
                        .orElse(event.keyspace()));
    }

    private static String type(RegistryEvent event) {
        return event.kind().isEmpty() ? name(event.type()) : name(event.type()) + ":" + event.kind();
    }
}
