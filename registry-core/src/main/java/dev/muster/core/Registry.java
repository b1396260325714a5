// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Command;
import java.util.List;

/** The one function that changes the registry. */
public final class Registry {
    private Registry() {}

    /** The state after the command. */
    public static Outcome apply(RegistryState state, Command command) {
        return new Outcome(
                state, Rejection.unsupported("operation " + command.getOpCase()).toResult(), List.of());
    }
}
