// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.client.ServiceView;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.journal.Incident;
import dev.muster.keeper.journal.Journal;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.probe.Prober;
import dev.muster.keeper.process.Launcher;
import dev.muster.keeper.process.Processes;
import dev.muster.keeper.process.Signals;
import dev.muster.keeper.roll.Roll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all units of a keeper share.
 *
 * @param data the keeper's folder
 * @param clock for all that is decided
 * @param random for waits
 * @param loop the keeper's thread
 * @param workers threads for what takes long
 * @param processes those of this machine
 * @param signals to them
 * @param launcher of new ones
 * @param prober asks them
 * @param ports to give
 * @param journal of incidents
 * @param archive of bundles
 * @param told hears of each incident that is in the journal
 * @param namespace of units that name none
 */
record Tools(
        Path data,
        InstantSource clock,
        RandomGenerator random,
        Executor loop,
        Executor workers,
        Processes processes,
        Signals signals,
        Launcher launcher,
        Prober prober,
        Ports ports,
        Journal journal,
        IncidentArchive archive,
        Consumer<Incident> told,
        String namespace) {
    private static final Logger LOG = LoggerFactory.getLogger(Tools.class);

    /** Has an incident in the journal, and whoever uploads it know. */
    void tell(Incident incident) {
        try {
            told.accept(journal.append(incident));
        } catch (IOException e) {
            LOG.error("the incident is in no journal", e);
        }
    }

    /** The registry as a unit sees it, unless there is none. */
    interface Place {
        /** A live copy of a service's list. */
        Optional<ServiceView> view(String namespace, String service);

        /** As {@link Roll#want}. */
        void want(String name, Optional<Roll.Wish> wish);

        /** As {@link Roll#swap}: whether the registry was told, was not, or nobody knows. */
        CompletableFuture<EventType> swap(String up, String draining);
    }
}
