// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What shall change of an instance. Filled by picocli. */
final class UpdateOptions {
    @Option(names = "--status", paramLabel = "STATUS", description = "starting, up, draining or down.")
    private @Nullable InstanceStatus status;

    @Option(
            names = "--weight",
            paramLabel = "NUMBER",
            description = "Its share of the load beside the others, 0 to 65535.")
    private @Nullable Integer weight;

    @Option(
            names = "--metadata",
            paramLabel = "KEY=VALUE",
            description = "A pair for its callers, up to 64 times. What is given replaces all pairs.")
    private @Nullable Map<String, String> metadata;

    @Option(names = "--clear-metadata", description = "Removes all pairs.")
    private boolean clearMetadata;

    /**
     * The update.
     *
     * @throws CliException when nothing is given, or what contradicts itself
     */
    InstanceUpdate toUpdate() {
        if (clearMetadata && metadata != null) {
            throw new CliException(
                    ExitCode.INVALID,
                    "--clear-metadata with --metadata (expected: one of them; --metadata replaces all)");
        }
        InstanceUpdate update = InstanceUpdate.none();
        update = status == null ? update : update.status(status);
        update = weight == null ? update : update.weight(weight);
        update = metadata == null ? update : update.metadata(metadata);
        update = clearMetadata ? update.metadata(Map.of()) : update;
        if (update.equals(InstanceUpdate.none())) {
            throw new CliException(
                    ExitCode.INVALID,
                    "nothing to change (expected: --status, --weight, --metadata or --clear-metadata)");
        }
        return update;
    }
}
