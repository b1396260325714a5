// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.event.EventRecord;
import dev.muster.v1.Result;
import java.util.List;

/**
 * What came of one command. Immutable.
 *
 * <p>The result of a command that has no response of its own is an empty {@link Result}; that of an opened session is
 * the grant of its lease, which has the session's number.
 *
 * @param state the next state; of the same revision when nothing changed
 * @param result the answer, or a refusal
 * @param events what happened, in order; empty if and only if the revision is the same as before
 */
public record Outcome(RegistryState state, Result result, List<EventRecord> events) {}
