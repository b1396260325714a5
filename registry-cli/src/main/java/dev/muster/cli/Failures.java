// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.backup.BackupException;
import dev.muster.client.MusterException;
import java.io.UncheckedIOException;

/** What went wrong, as an exit code and one line: the only mapper of exceptions. Stateless. */
final class Failures {
    private Failures() {}

    /** The exit code and the line of any failure. */
    static CliException explain(Throwable failure) {
        if (failure instanceof CliException known) {
            return known;
        }
        if (failure instanceof MusterException refusal) {
            return new CliException(exitCode(refusal.reason()), line(refusal), refusal);
        }
        if (failure instanceof IllegalArgumentException) {
            return new CliException(ExitCode.INVALID, message(failure), failure);
        }
        if (failure.getCause() instanceof BackupException) {
            return new CliException(ExitCode.BACKUP, message(failure), failure);
        }
        if (failure instanceof UncheckedIOException) {
            return new CliException(ExitCode.IO, message(failure), failure);
        }
        return new CliException(
                ExitCode.ERROR,
                "unexpected " + failure + " (this is a defect of muster: please report it with the output of"
                        + " MUSTER_DEBUG=1)",
                failure);
    }

    /** What a refusal tells the shell. */
    static ExitCode exitCode(MusterException.Reason reason) {
        return switch (reason) {
            case INVALID -> ExitCode.INVALID;
            case UNAVAILABLE -> ExitCode.UNREACHABLE;
            case UNKNOWN_OUTCOME, INTERNAL -> ExitCode.ERROR;
            case NOT_FOUND,
                    FENCED,
                    SESSION_UNKNOWN,
                    STALE_GENERATION,
                    OUT_OF_SEQUENCE,
                    LEASE_UNKNOWN,
                    CONFLICT,
                    LIMIT,
                    STALE_TERM,
                    UNSUPPORTED,
                    WRONG_CLUSTER,
                    NOT_LEADER,
                    TOO_OLD,
                    EXHAUSTED,
                    CLOSED,
                    NOT_RETAINED -> ExitCode.REFUSED;
        };
    }

    private static String line(MusterException refusal) {
        return refusal.detail() + " [" + refusal.reason() + "]"
                + switch (refusal.fate()) {
                    case NOT_APPLIED -> "";
                    case APPLIED -> "; it was done";
                    case UNKNOWN ->
                        "; it may have been done: look with 'muster services get' or 'muster status' before trying"
                                + " again";
                };
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
