// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.Endpoint;
import dev.muster.client.InstanceStatus;
import dev.muster.client.ServiceInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** What an instance says of itself when it is registered. Filled by picocli. */
final class InstanceOptions {
    @Option(
            names = "--endpoint",
            required = true,
            paramLabel = "[NAME=]PROTOCOL://HOST:PORT",
            description = "Where it can be called, 1 to 16 times. The name defaults to the protocol.")
    private List<Endpoint> endpoints = new ArrayList<>();

    @Option(names = "--zone", paramLabel = "ZONE", defaultValue = "", description = "Where it runs.")
    private String zone = "";

    @Option(
            names = "--weight",
            paramLabel = "NUMBER",
            defaultValue = "" + ServiceInstance.DEFAULT_WEIGHT,
            description =
                    "Its share of the load beside the others, 1 to 65535. Default: " + ServiceInstance.DEFAULT_WEIGHT)
    private int weight = ServiceInstance.DEFAULT_WEIGHT;

    @Option(names = "--version", paramLabel = "VERSION", defaultValue = "", description = "The release it runs.")
    private String version = "";

    @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "A pair for its callers, up to 64 times.")
    private Map<String, String> metadata = new TreeMap<>();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            defaultValue = "up",
            description = "starting, up, draining or down. Default: up")
    private InstanceStatus status = InstanceStatus.UP;

    /** The instance with all this. */
    ServiceInstance apply(ServiceInstance instance) {
        return instance.endpoints(endpoints)
                .zone(zone)
                .weight(weight)
                .version(version)
                .metadata(metadata)
                .status(status);
    }
}
