// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One instance that this process keeps registered. It is registered again after the loss of leader, session or the whole
 * cluster, in its newest form, until it is closed or {@link State#FENCED} by a newer incarnation of the same instance.
 * Safe for use by any number of threads.
 */
public interface Registration extends AutoCloseable {
    /** The instance in its newest wanted form. */
    ServiceInstance instance();

    /** How it stands. */
    State state();

    /** The last incarnation that the registry gave it, 0 before the first. */
    long incarnation();

    /**
     * What {@link MusterClient#announce(ServiceInstance, String)} has to be told to go on as the same incarnation in
     * another process, for those that keep it on a disk: one word without spaces. Empty before the first acceptance.
     */
    String claim();

    /** Why the last attempt to register failed, if the instance is not registered because of that. */
    Optional<MusterException> problem();

    /** Says something new of the instance. Returns when the registry has accepted it. */
    void update(InstanceUpdate update);

    /** As {@link #update}. */
    CompletableFuture<Void> updateAsync(InstanceUpdate update);

    /** Changes the status. Returns when the registry has accepted it. */
    default void status(InstanceStatus status) {
        update(InstanceUpdate.none().status(status));
    }

    /**
     * Calls the listener with the state as it is now and after each change. A slow listener misses states in between,
     * never the newest.
     *
     * @return stops the calls when closed
     */
    Subscription onState(Consumer<State> listener);

    /**
     * Deregisters the instance. Waits for the registry no longer than the request timeout; if that was too short, the
     * instance is deregistered as soon as the registry is back, or by its lease. Closing twice is allowed.
     */
    @Override
    void close();

    /** How a registration stands. */
    enum State {
        /** Not registered as far as this process knows; being registered, for the first time or again. */
        REGISTERING,
        /** Accepted by the registry, and not known to be lost. */
        REGISTERED,
        /** Refused the first time, for a reason that trying again does not change. Final. */
        REFUSED,
        /** A newer incarnation of the same instance is registered: this process is the older one and must stop. Final. */
        FENCED,
        /** Closed by its user. Final. */
        CLOSED;

        /** Whether no other state follows. */
        public boolean isFinal() {
            return this == REFUSED || this == FENCED || this == CLOSED;
        }
    }
}
