// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Output;
import dev.muster.cli.output.WriteView;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.Registration;
import dev.muster.client.Registration.State;
import dev.muster.client.ServiceInstance;
import dev.muster.client.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A registration that lives as long as the command: kept through the loss of nodes and sessions, taken back when the user
 * ends it. Not safe for use by several threads.
 */
final class Hold {
    static final Duration DEFAULT_TTL = Duration.ofSeconds(10);

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Context context;
    private final MusterClient client;
    private final Output output;
    private boolean lost;

    Hold(Context context, MusterClient client) {
        this.context = context;
        this.client = client;
        this.output = context.output();
    }

    /** Registers the instance and returns when it is deregistered again, or a newer incarnation took its place. */
    ExitCode run(ServiceInstance instance) {
        InstanceKey key = InstanceKey.of(context.settings().namespaceOrDefault(), instance.service(), instance.id());
        CompletableFuture<State> end = new CompletableFuture<>();
        try (Registration registration = client.register(instance)) {
            announce(key, registration.incarnation());
            Subscription states = registration.onState(state -> follow(key, state, end));
            context.stop().await(end, FOR_EVER);
            states.close();
            if (end.isDone()) {
                throw ended(key, registration, end.join());
            }
        }
        output.talk("deregistered " + key);
        return ExitCode.OK;
    }

    private void announce(InstanceKey key, long incarnation) {
        String number = Long.toUnsignedString(incarnation);
        output.result(
                "registered " + key + ": incarnation " + number,
                List.of(number),
                () -> WriteView.held(key, incarnation));
        output.talk("holding " + key + " until Ctrl-C");
    }

    private void follow(InstanceKey key, State state, CompletableFuture<State> end) {
        switch (state) {
            case REGISTERING -> output.talk("lost the registration of " + key + ", registering it again");
            case REGISTERED -> {
                if (lost) {
                    output.talk("registered " + key + " again");
                }
            }
            case REFUSED, FENCED, CLOSED -> end.complete(state);
        }
        lost = state == State.REGISTERING;
    }

    private static CliException ended(InstanceKey key, Registration registration, State state) {
        String why = registration.problem().map(MusterException::detail).orElse("");
        return new CliException(
                ExitCode.REFUSED,
                state == State.FENCED
                        ? key + " was registered by another process, which is the one that counts now: stop the program"
                                + " behind this one [FENCED]"
                        : key + " is no longer registered: " + why + " [" + state + "]");
    }
}
