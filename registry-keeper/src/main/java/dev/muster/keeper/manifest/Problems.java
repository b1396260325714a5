// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a file, so that it can be told at once. For one thread. */
final class Problems {
    private final String file;
    private final List<String> lines = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    /** Notes a problem at a line, counted from 1. */
    void add(int line, String problem) {
        lines.add(problem + " [" + file + ":" + line + "]");
    }

    /** Notes a problem of the file as a whole. */
    void add(String problem) {
        lines.add(problem + " [" + file + "]");
    }

    /** Ends the reading if there was any problem. */
    void throwIfAny() throws ManifestException {
        if (!lines.isEmpty()) {
            throw new ManifestException(lines);
        }
    }
}
