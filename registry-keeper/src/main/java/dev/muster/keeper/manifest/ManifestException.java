// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.util.List;

/** A manifest cannot be used. Its message names every problem, one a line. */
public final class ManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    ManifestException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
