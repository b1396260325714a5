// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which part of the cluster can be reached, in words that say what to do next. Stateless. */
final class Reach {
    private Reach() {}

    /** Why the registry was not available: is there none at all, or only no leader? */
    static RuntimeException explain(Settings settings, MusterClient client, MusterException failure) {
        if (isNobodyThere(client.cluster().status())) {
            return nobodyThere(settings, failure);
        }
        return failure.fate() == MusterException.Fate.NOT_APPLIED
                ? new CliException(
                        ExitCode.UNREACHABLE,
                        failure.detail() + " [UNAVAILABLE]: see who leads with 'muster status', then try again",
                        failure)
                : failure;
    }

    /** Whether no endpoint answered, because none could be reached. */
    static boolean isNobodyThere(List<? extends NodeAnswer<?>> answers) {
        return answers.stream()
                .allMatch(answer -> answer.failure()
                        .filter(failure -> failure.reason() == MusterException.Reason.UNAVAILABLE)
                        .isPresent());
    }

    /** What to say when there is nobody. */
    static CliException nobodyThere(Settings settings, @Nullable Throwable cause) {
        return new CliException(
                ExitCode.UNREACHABLE,
                "cannot reach any of " + String.join(",", settings.endpoints())
                        + ": start a cluster with ./deploy/quickstart.sh or set MUSTER_ENDPOINTS",
                cause);
    }
}
