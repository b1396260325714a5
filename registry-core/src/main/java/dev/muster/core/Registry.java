// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Command;
import dev.muster.v1.Result;

/**
 * The one function that changes the registry.
 *
 * <p>It is pure: the outcome follows from state and command alone, on every node alike. It is total: whatever stands in
 * the command, there is an outcome, for a refusal is one, too. Stateless, thus thread-safe.
 *
 * <p>A command passes three gates. Its term must be the current one, so that a deposed leader changes nothing. Its place
 * in its session must be the next one; a place that was taken before is answered with the outcome remembered from then,
 * and executed by nobody. Then its operation runs on a {@link Draft}: it either changes the draft and tells so with
 * events, which makes one new revision, or leaves it as it was. A refused operation takes its draft with it and leaves
 * only its outcome in the session. The session rules are those of Lee et al., "Implementing Linearizability at Large
 * Scale and Low Latency" (SOSP 2015), with the outcomes in the replicated state itself.
 */
public final class Registry {
    private Registry() {}

    /** What comes of the command in the state. Never throws. */
    public static Outcome apply(RegistryState state, Command command) {
        Draft draft = new Draft(state, command);
        try {
            TermGate.enter(draft);
            Result remembered = SessionGate.enter(draft);
            return remembered == null ? SessionGate.leave(draft, attempt(draft)) : draft.outcome(remembered);
        } catch (Rejection refusal) {
            return draft.outcome(refusal.toResult());
        } catch (RuntimeException defect) {
            return new Draft(state, command).outcome(Rejection.internal(defect).toResult());
        }
    }

    private static Result attempt(Draft draft) {
        try {
            return execute(draft, draft.command());
        } catch (Rejection refusal) {
            draft.rollback();
            return refusal.toResult();
        }
    }

    private static Result execute(Draft draft, Command command) {
        Validation.command(command);
        return switch (command.getOpCase()) {
            case REGISTER -> CatalogChanges.register(draft, command.getRegister());
            case DEREGISTER -> CatalogChanges.deregister(draft, command.getDeregister());
            case UPDATE -> CatalogChanges.update(draft, command.getUpdate());
            case BATCH -> CatalogChanges.batch(draft, command.getBatch());
            case GRANT_LEASE -> LeaseChanges.grant(draft, command.getGrantLease());
            case REVOKE_LEASE -> LeaseChanges.revoke(draft, command.getRevokeLease());
            case CREATE_KEYSPACE -> KeyspaceChanges.create(draft, command.getCreateKeyspace());
            case NEXT_KEY_SET -> KeyspaceChanges.next(draft, command.getNextKeySet());
            case RETURN_KEYS -> KeyspaceChanges.giveBack(draft, command.getReturnKeys());
            case RESUME_KEYSPACE -> KeyspaceChanges.resume(draft, command.getResumeKeyspace());
            case OPEN_SESSION -> SessionChanges.open(draft, command.getOpenSession());
            case CLOSE_SESSION -> SessionChanges.close(draft);
            case APPEND_EVENT -> ClientEvents.append(draft, command.getAppendEvent());
            case EXPIRE_LEASES -> LeaseChanges.expire(draft, command.getExpireLeases());
            case RESUME_LEASES -> LeaseChanges.resume(draft, command.getResumeLeases());
            case TERM_STARTED -> ClusterChanges.startTerm(draft, command.getTermStarted());
            case RAISE_FEATURE_LEVEL -> ClusterChanges.raiseFeatureLevel(draft, command.getRaiseFeatureLevel());
            case NODE_REPORT -> ClusterChanges.report(draft, command.getNodeReport());
            case BARRIER -> Result.getDefaultInstance();
            case OP_NOT_SET -> throw Rejection.unsupported("the operation");
        };
    }
}
