// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;

/** Hand-written calls; their times are small numbers. */
final class Calls {
    private Calls() {}

    static Operation put(String value, long from, long to, Outcome outcome) {
        return call("p-" + value, Kind.PUT, value, "", outcome, "", 0, from, to);
    }

    static Operation cas(String expected, String value, long from, long to, Outcome outcome) {
        return call("c-" + value, Kind.CAS, value, expected, outcome, "", 0, from, to);
    }

    static Operation remove(long from, long to, Outcome outcome) {
        return call("r", Kind.REMOVE, "", "", outcome, "", 0, from, to);
    }

    static Operation get(String seen, long from, long to) {
        return call("g", Kind.GET, "", "", Outcome.OK, seen, 0, from, to);
    }

    static Operation take(String client, long first, int size, long at) {
        return new Operation(client, Kind.TAKE, "numbers", "" + size, "", Outcome.OK, "" + first, 0, at, at + 1);
    }

    /** The same call, answered with that revision. */
    static Operation at(long revision, Operation call) {
        return new Operation(
                call.client(),
                call.kind(),
                call.key(),
                call.argument(),
                call.expected(),
                call.outcome(),
                call.result(),
                revision,
                call.invoked(),
                call.returned());
    }

    private static Operation call(
            String client,
            Kind kind,
            String argument,
            String expected,
            Outcome outcome,
            String result,
            long revision,
            long from,
            long to) {
        return new Operation(client, kind, "s/k", argument, expected, outcome, result, revision, from, to);
    }
}
