// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

import dev.muster.keeper.manifest.Kind;

/** What can be told of a unit. In the registry's event log the names are in lower case, as those of all kinds there. */
public enum IncidentType {
    /** A service ended and is about to be started again. One AFTER or INTERRUPTED follows. */
    START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_BEFORE,
    /** What came of it. */
    START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_AFTER,
    /** The process of a technical unit is gone. */
    PROCESS_PID_IS_NOT_ALIVE,
    /** And it is going to be started again, because it should run. */
    PROCESS_PID_IS_NOT_ALIVE_ADD_TO_RESTART_LIST,
    /** A technical unit is about to be started again. One AFTER or INTERRUPTED follows. */
    START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_BEFORE,
    /** What came of it. */
    START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_AFTER,
    /** The process runs and does not answer. */
    PROCESS_HUNG,
    /** It ended again so soon that the keeper waits before the next start. */
    CRASH_LOOP_BACKOFF,
    /** It ended so often that it is not started again. */
    GAVE_UP,
    /** A unit's JVM ran out of memory, and is about to be replaced. One AFTER or INTERRUPTED follows. */
    MEMORY_ERROR_WITH_RESTART_BEFORE,
    /** What came of it. */
    MEMORY_ERROR_WITH_RESTART_AFTER,
    /** A unit's JVM ran out of memory and goes on as it is; the reason is told. */
    MEMORY_ERROR_WITHOUT_RESTART,
    /** Routes that a proxy's own check refused were taken back; those of before stay. */
    ROUTES_KEPT_BACK,
    /** The keeper itself ended between a BEFORE and its AFTER. */
    INTERRUPTED;

    /** The announcement of a start for this kind of unit. */
    public static IncidentType before(Kind kind) {
        return switch (kind) {
            case SERVICE -> START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_BEFORE;
            case TECHNICAL -> START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_BEFORE;
        };
    }

    /** The outcome of a start for this kind of unit. */
    public static IncidentType after(Kind kind) {
        return switch (kind) {
            case SERVICE -> START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_AFTER;
            case TECHNICAL -> START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_AFTER;
        };
    }

    /** Whether an AFTER or INTERRUPTED has to follow. */
    public boolean isBefore() {
        return this == before(Kind.SERVICE)
                || this == before(Kind.TECHNICAL)
                || this == MEMORY_ERROR_WITH_RESTART_BEFORE;
    }

    /** Whether it ends what a BEFORE began. */
    public boolean isEnd() {
        return this == after(Kind.SERVICE)
                || this == after(Kind.TECHNICAL)
                || this == MEMORY_ERROR_WITH_RESTART_AFTER
                || this == INTERRUPTED;
    }
}
