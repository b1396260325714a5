// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.Memo;
import dev.muster.keeper.unit.Phase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what the keeper before left running of a unit, and ends what is too much. For the keeper's thread. */
final class LastRun {
    private static final Logger LOG = LoggerFactory.getLogger(LastRun.class);

    private final Manifest manifest;
    private final Tools tools;
    private final UnitPrograms programs;

    LastRun(Manifest manifest, Tools tools, UnitPrograms programs) {
        this.manifest = manifest;
        this.tools = tools;
        this.programs = programs;
    }

    /** The process of the unit that still runs, if there is one. */
    @Nullable
    ProcessId running(Memo memo) {
        ProcessId noted = memo.process();
        if (noted != null && tools.processes().isAlive(noted)) {
            return noted;
        }
        if (noted == null && memo.phase() == Phase.STARTING) {
            return programs.fromPidFile()
                    .or(() -> programs.marked(memo.starts()))
                    .orElse(null);
        }
        return null;
    }

    /** A keeper ended while one process took over from another: one of them goes on, and the other ends. */
    UnitFile.Content oneOfTwo(UnitFile.Content before) {
        Copy other = before.second();
        if (other == null) {
            return before;
        }
        ProcessId noted = other.process();
        ProcessId process = noted == null ? programs.marked(other.start()).orElse(null) : noted;
        Memo memo = before.memo();
        if (process == null || !tools.processes().isAlive(process)) {
            return before;
        }
        if (running(memo) != null || !memo.wanted()) {
            LOG.info("{}: process {} is one too many and ends", manifest.unit(), process.pid());
            tools.signals().killSession(process);
            return before;
        }
        return new UnitFile.Content(
                new Memo(
                        true,
                        Phase.STARTING,
                        other.start(),
                        process,
                        memo.restarts(),
                        false,
                        memo.pausedUntil(),
                        memo.cause()),
                other.ports(),
                other.claim(),
                other.slot(),
                null,
                before.growth());
    }
}
