// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.archive.ArchiveException;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.diagnostics.Diagnostics;
import dev.muster.keeper.diagnostics.Subject;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.memory.AttachedJvm;
import dev.muster.keeper.memory.JvmProcess;
import dev.muster.keeper.process.ProcessId;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions a JVM that is about to be destroyed, and keeps what it says in the archive. For the keeper's thread. */
final class Bundles {
    private static final Logger LOG = LoggerFactory.getLogger(Bundles.class);

    private final Manifest manifest;
    private final Tools tools;

    Bundles(Manifest manifest, Tools tools) {
        this.manifest = manifest;
        this.tools = tools;
    }

    /**
     * Writes the bundle of a case on another thread, as far as that can be done.
     *
     * @param log of the process whose error it was
     * @param newLog of its successor, if that runs beside it
     * @param then is done on the keeper's thread afterwards, whatever came of it
     */
    void write(MemoryCase healed, Path log, Path newLog, Runnable then) {
        ProcessId process = healed.process();
        AttachedJvm jvm = new AttachedJvm(new JvmProcess(process.pid(), process.startTicks()));
        Subject subject = new Subject(
                process.pid(),
                jvm::run,
                true,
                Optional.of(log),
                healed.serial() ? Optional.empty() : Optional.of(newLog),
                Optional.of(manifest.toString()),
                healed.facts());
        tools.workers().execute(() -> {
            try {
                IncidentArchive.Draft draft = tools.archive().begin(manifest.unit(), healed.bundle());
                new Diagnostics(tools.clock(), System::nanoTime)
                        .collect(draft.folder(), subject, tools.archive()::refusal);
                draft.complete();
            } catch (ArchiveException | IllegalArgumentException e) {
                LOG.error("the bundle of {} is not kept: {}", manifest.unit(), e.getMessage());
            } finally {
                jvm.forget();
                tools.loop().execute(then);
            }
        });
    }
}
