// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.event.EventRecord;
import dev.muster.core.key.ServiceName;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A state that a snapshot is likely to hold: while the one's records come as the other has them, they need not be made
 * again. From the first one that differs it knows nothing more. Not thread-safe.
 */
final class Known {
    private final Iterator<ServiceEntry> services;
    private Iterator<InstanceRecord> instances = Collections.emptyIterator();
    private Iterator<EventRecord> events;
    private @Nullable ServiceName service;

    Known(RegistryState state) {
        services = state.catalog().services().iterator();
        events = state.events().from(state.events().firstSequence()).iterator();
    }

    /** The instance that comes next, if these are its bytes. */
    @Nullable
    InstanceRecord instance(ByteString record) {
        while (!instances.hasNext() && services.hasNext()) {
            ServiceEntry next = services.next();
            service = next.name();
            instances = next.unordered().iterator();
        }
        InstanceRecord next = instances.hasNext() ? instances.next() : null;
        if (next != null && next.encoded().equals(record)) {
            return next;
        }
        instances = Collections.emptyIterator();
        return null;
    }

    /** The service of the instance that came last. */
    ServiceName service() {
        ServiceName name = service;
        if (name == null) {
            throw new IllegalStateException("no instance came");
        }
        return name;
    }

    /** The event that comes next, if these are its bytes. */
    @Nullable
    EventRecord event(ByteString record) {
        EventRecord next = events.hasNext() ? events.next() : null;
        if (next != null && next.encoded().equals(record)) {
            return next;
        }
        events = Collections.emptyIterator();
        return null;
    }
}
