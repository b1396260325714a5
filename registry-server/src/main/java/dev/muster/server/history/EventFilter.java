// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import dev.muster.v1.Event;
import java.util.EnumSet;
import java.util.Set;

/** Which events somebody wants to see. Immutable. */
final class EventFilter {
    private final dev.muster.v1.EventFilter wanted;
    private final Set<dev.muster.v1.EventType> types;
    private final String namespace;

    /** What a request that was found valid asks for. */
    EventFilter(dev.muster.v1.EventFilter wanted) {
        this.wanted = wanted;
        this.types = EnumSet.noneOf(dev.muster.v1.EventType.class);
        this.types.addAll(wanted.getTypesList());
        this.namespace = wanted.getService().isEmpty()
                ? wanted.getNamespace()
                : ServiceName.of(wanted.getNamespace(), wanted.getService()).namespace();
    }

    boolean takes(Event event) {
        return isInTime(event)
                && (types.isEmpty() || types.contains(event.getType()))
                && (wanted.getActor().isEmpty() || wanted.getActor().equals(event.getActor()))
                && (wanted.getLease() == 0 || wanted.getLease() == event.getLease())
                && takes(event, namespace, wanted.getService(), wanted.getId());
    }

    /** Whether no event on this side of the event can be wanted any more: time never goes back in the log. */
    boolean endsAt(Event event, boolean backwards) {
        return backwards
                ? event.getTimeMillis() < wanted.getFromMillis()
                : wanted.getBeforeMillis() != 0 && event.getTimeMillis() >= wanted.getBeforeMillis();
    }

    /** From when on events are wanted, 0 for any time. */
    long fromMillis() {
        return wanted.getFromMillis();
    }

    private boolean isInTime(Event event) {
        return event.getTimeMillis() >= wanted.getFromMillis() && !endsAt(event, false);
    }

    private static boolean takes(Event event, String namespace, String service, String id) {
        if (namespace.isEmpty()) {
            return true;
        }
        if (!event.hasKey()) {
            return false;
        }
        Key key = Key.of(event.getKey());
        return key.service().namespace().equals(namespace)
                && (service.isEmpty() || key.service().service().equals(service))
                && (id.isEmpty() || key.id().equals(id));
    }
}
