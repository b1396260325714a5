// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.ServiceInstance;

/**
 * A keeper's own place in the registry: the instance named by its host, of the service of all keepers. It lives in the
 * keeper's session, so the registry tells when a host is not kept any more. Stateless.
 */
final class HostEntry {
    /** Its name in the roll, which no unit can have. */
    static final String NAME = "+keeper";

    private static final String NAMESPACE = "muster";
    private static final String SERVICE = "keeper";

    private HostEntry() {}

    /** What is registered. Nobody can connect to a keeper from elsewhere, so its port is the one that stands for none. */
    static ServiceInstance of(KeeperConfig config) {
        return ServiceInstance.of(InstanceKey.of(NAMESPACE, SERVICE, config.host()))
                .endpoint(new Endpoint("control", "unix", config.host(), 1))
                .metadata("data", config.data().toString())
                .metadata("pid", Long.toString(ProcessHandle.current().pid()));
    }
}
