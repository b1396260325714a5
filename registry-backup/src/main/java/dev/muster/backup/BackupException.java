// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import java.io.IOException;
import java.nio.file.Path;

/** Says why a file is no backup that this version can use, and where in it. Its message is for people. */
public final class BackupException extends IOException {
    private static final long serialVersionUID = 1L;

    BackupException(Path file, String problem) {
        super(file + ": " + problem);
    }

    BackupException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
