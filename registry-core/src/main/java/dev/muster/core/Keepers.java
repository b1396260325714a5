// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Tombstone;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import dev.muster.v1.EventType;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the keepers of hosts. They are instances of one service, named by their hosts; when one goes unheard,
 * and when it is there again, an event of its own says so, behind that of the instance. Stateless.
 */
final class Keepers {
    private static final ServiceName SERVICE = new ServiceName("muster", "keeper");

    private Keepers() {}

    /** An instance went with its lease. */
    static void lost(Draft draft, Key key, long incarnation, long lease, String cause) {
        if (key.service().equals(SERVICE)) {
            tell(
                    draft,
                    EventType.EVENT_TYPE_KEEPER_LOST,
                    "nobody keeps the units of host " + key.id() + ": " + cause,
                    key,
                    incarnation,
                    lease);
        }
    }

    /** An instance was put on the list that was not on it; {@code before} is what is remembered of its last removal. */
    static void back(Draft draft, Key key, long incarnation, long lease, @Nullable Tombstone before) {
        if (before != null && key.service().equals(SERVICE)) {
            tell(
                    draft,
                    EventType.EVENT_TYPE_KEEPER_BACK,
                    "the units of host " + key.id() + " are kept again, as they were until revision "
                            + Long.toUnsignedString(before.revision()),
                    key,
                    incarnation,
                    lease);
        }
    }

    private static void tell(Draft draft, EventType type, String cause, Key key, long incarnation, long lease) {
        draft.emit(type, cause)
                .setKey(key.toProto())
                .setIncarnation(incarnation)
                .setLease(lease);
    }
}
