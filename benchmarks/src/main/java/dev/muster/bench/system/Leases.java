// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.time.Duration;

/** Leases that are kept alive as the system's own client does. */
public interface Leases {
    /** Whether one connection carries several leases. */
    boolean sharesConnections();

    /** Opens connections with so many leases each; returns when all are granted and are kept alive from now on. */
    Renewing keep(int connections, int each, Duration ttl) throws Exception;
}
