// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.ServiceLoader;

/**
 * What makes clients: the seam between this package, which only says what a client is, and the transport that is one.
 * Found by {@link ServiceLoader}, so that no arrow leads from the API to its implementation. Of no interest to users,
 * except for those who repackage jars: its entry in {@code META-INF/services} has to be kept. Stateless.
 */
public interface ClientProvider {
    /** A new client. Never waits for the registry. */
    MusterClient connect(ClientOptions options);

    /** The provider on the class path. */
    static ClientProvider load() {
        return ServiceLoader.load(ClientProvider.class, ClientProvider.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + ClientProvider.class.getName()
                        + " on the class path (expected: the one in registry-client; when jars are merged, merge"
                        + " META-INF/services as well)"));
    }
}
