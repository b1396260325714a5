// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import org.jspecify.annotations.Nullable;

/** The end of a command that did not do what it was asked. Its message is the line that the user reads. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CliException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
