// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.ClientOptions;
import dev.muster.client.ClientProvider;
import dev.muster.client.MusterClient;

/** Makes clients that speak gRPC. Found by name, hence public. Stateless. */
public final class GrpcClientProvider implements ClientProvider {
    /** For the service loader. */
    public GrpcClientProvider() {}

    @Override
    public MusterClient connect(ClientOptions options) {
        return GrpcClient.connect(options);
    }
}
