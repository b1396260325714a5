// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.MusterClient;
import java.time.Duration;

/** Where a command's client comes from. */
@FunctionalInterface
interface Connector {
    /**
     * A new client, which the caller closes. Never waits for the registry.
     *
     * @param sessionTtl how long the registry keeps what this process holds after it was last heard
     */
    MusterClient connect(Settings settings, Duration sessionTtl);
}
