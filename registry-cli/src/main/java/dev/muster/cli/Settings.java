// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Format;
import java.time.Duration;
import java.util.List;

/**
 * What all commands are told: by flag, else by environment, else by default. Immutable.
 *
 * @param endpoints client ports of the nodes, each {@code host:port}
 * @param namespace as given; empty when none was given
 * @param format of the data on the standard output
 * @param timeout of each call to the registry
 */
record Settings(List<String> endpoints, String namespace, Format format, Duration timeout) {
    static final String DEFAULT_NAMESPACE = "default";

    /** The namespace given, or the default one. */
    String namespaceOrDefault() {
        return namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace;
    }
}
