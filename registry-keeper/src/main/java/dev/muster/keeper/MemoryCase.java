// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.process.ProcessId;
import java.util.Map;

/**
 * One memory error that is being healed, from its BEFORE to its AFTER, and the words in which it is told. Immutable.
 *
 * @param bundle the name of its bundle, and the end of the incident's
 * @param found the error
 * @param growth what the unit gets more of
 * @param serial whether there is no second process beside the first
 */
record MemoryCase(String bundle, JvmSight.Found found, Grown growth, boolean serial) {
    /** The announcement: the so manieth of at most so many, and in which way. */
    String before(int number, int most, String how) {
        String site = found.error().site().map(at -> " in " + at).orElse("");
        return found.error().kind() + site + " (pid " + found.process().pid() + "); " + to() + " instead of " + from()
                + ", " + number + " of " + most + "; " + how;
    }

    /** The good outcome. */
    String done(long pid) {
        return "OK: pid " + pid + " serves with " + to() + ", pid "
                + found.process().pid() + " is gone; bundle " + bundle;
    }

    /** What stands in the bundle. */
    Map<String, String> facts() {
        return Map.of(
                "kind", found.error().kind().name(),
                "site", found.error().site().map(Object::toString).orElse("unknown"),
                "from", from(),
                "to", to(),
                "thrown_at", found.error().thrownAt().toString());
    }

    /** Whose error it was. */
    ProcessId process() {
        return found.process();
    }

    private String from() {
        return growth.knob().option(growth.fromBytes());
    }

    private String to() {
        return growth.knob().option(growth.toBytes());
    }
}
