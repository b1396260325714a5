// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.Message;
import dev.muster.core.Rejection;
import dev.muster.core.hash.Fingerprint;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Request;

/** Makes commands from requests: the request goes into the log as it came. Stateless, thus thread-safe. */
final class Commands {
    private Commands() {}

    /** The write as a command without session; a {@link Rejection} if the request is no write. */
    static Command.Builder of(Request request) {
        Command.Builder command = Command.newBuilder();
        return switch (request.getCallCase()) {
            case REGISTER -> command.setRegister(request.getRegister());
            case DEREGISTER -> command.setDeregister(request.getDeregister());
            case UPDATE -> command.setUpdate(request.getUpdate());
            case BATCH -> command.setBatch(request.getBatch());
            case GRANT_LEASE -> command.setGrantLease(request.getGrantLease());
            case REVOKE_LEASE -> command.setRevokeLease(request.getRevokeLease());
            case CLOSE_SESSION -> command.setCloseSession(request.getCloseSession());
            case CREATE_KEYSPACE -> command.setCreateKeyspace(request.getCreateKeyspace());
            case NEXT_KEY_SET -> command.setNextKeySet(request.getNextKeySet());
            case RETURN_KEYS -> command.setReturnKeys(request.getReturnKeys());
            case APPEND_EVENT -> command.setAppendEvent(request.getAppendEvent());
            case LOOKUP, LIST_SERVICES, CALL_NOT_SET ->
                throw Rejection.invalid("call", request.getCallCase().name(), "a write");
        };
    }

    /** The operation inside a command. */
    static Message operation(Command.Builder command) {
        return switch (command.getOpCase()) {
            case REGISTER -> command.getRegister();
            case DEREGISTER -> command.getDeregister();
            case UPDATE -> command.getUpdate();
            case BATCH -> command.getBatch();
            case GRANT_LEASE -> command.getGrantLease();
            case REVOKE_LEASE -> command.getRevokeLease();
            case CLOSE_SESSION -> command.getCloseSession();
            case CREATE_KEYSPACE -> command.getCreateKeyspace();
            case NEXT_KEY_SET -> command.getNextKeySet();
            case RETURN_KEYS -> command.getReturnKeys();
            case APPEND_EVENT -> command.getAppendEvent();
            case RESUME_KEYSPACE -> command.getResumeKeyspace();
            case OPEN_SESSION -> command.getOpenSession();
            case TERM_STARTED -> command.getTermStarted();
            case EXPIRE_LEASES -> command.getExpireLeases();
            case RESUME_LEASES -> command.getResumeLeases();
            case RAISE_FEATURE_LEVEL -> command.getRaiseFeatureLevel();
            case NODE_REPORT -> command.getNodeReport();
            case BARRIER -> command.getBarrier();
            case OP_NOT_SET -> throw new IllegalArgumentException("a command without an operation");
        };
    }

    /**
     * Tells a repeated write from another one under the same sequence. It stands in the state and is compared across
     * nodes and releases, so it must never change.
     */
    static long digest(Command.Builder command) {
        return Fingerprint.mix(command.getOpCase().getNumber(), Fingerprint.of(operation(command)));
    }
}
