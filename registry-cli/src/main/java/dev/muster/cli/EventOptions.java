// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.Converters.Target;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events a command is about. */
final class EventOptions {
    @Option(names = "--service", paramLabel = "SERVICE", description = "Only of instances of this service.")
    private @Nullable Target service;

    @Option(names = "--instance", paramLabel = "SERVICE/ID", description = "Only of this instance.")
    private @Nullable InstanceKey instance;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Only of this type, for instance instance-expired. May be given several times.")
    private @Nullable List<EventType> types;

    @Option(
            names = "--actor",
            paramLabel = "WHO",
            defaultValue = "",
            description = "Only what was caused by this caller or node.")
    private String actor = "";

    @Option(
            names = "--since",
            paramLabel = "10m|TIME",
            description = "Only from so long ago on, or from a time such as 2026-11-22T03:00:00Z.")
    private @Nullable Since since;

    /** The question, of a namespace that may be empty. */
    EventQuery toQuery(String namespace) {
        EventQuery query = EventQuery.all().namespace(namespace).actor(actor);
        if (service != null && (instance != null || !service.id().isEmpty())) {
            throw new CliException(
                    ExitCode.INVALID,
                    "--service: " + service.service() + " (expected: a service, or --instance alone)");
        }
        if (service != null) {
            query = query.service(service.service());
        }
        if (instance != null) {
            query = query.service(instance.service()).id(instance.id());
        }
        if (types != null) {
            query = query.types(types.toArray(EventType[]::new));
        }
        return since == null ? query : query.from(since.moment());
    }
}
