// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.v1.Error;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** What calls are refused with. */
final class Refusals {
    private Refusals() {}

    /** The status of a call that must fail. */
    static StatusRuntimeException status(ThrowingCallable call) {
        return Objects.requireNonNull(catchThrowableOfType(StatusRuntimeException.class, call));
    }

    /** The typed error of a call that must be refused by the registry. */
    static Error error(ThrowingCallable call) {
        return error(status(call));
    }

    /** The typed error in a status that must come from a registry. */
    static Error error(@Nullable Throwable status) {
        return Objects.requireNonNull(
                Statuses.typed((StatusRuntimeException) Objects.requireNonNull(status)), "not a typed refusal");
    }
}
