// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.client.InstanceStatus;
import dev.muster.keeper.memory.LaunchLine;
import dev.muster.keeper.process.ProcessId;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that a unit has beside its own while one takes over from the other: started, asked, exchanged with the
 * first, ended. For the keeper's thread.
 */
final class SecondProcess {
    private static final Logger LOG = LoggerFactory.getLogger(SecondProcess.class);

    private final String unit;
    private final Tools tools;
    private final UnitPrograms programs;
    private final UnitPorts ports;
    private final UnitListing listing;
    private final UnitProbes probes;

    private @Nullable Copy copy;
    private @Nullable Process child;

    /** What the first process is while it is not the second. */
    record Pair(Copy copy, @Nullable Process child) {}

    SecondProcess(
            String unit, Tools tools, UnitPrograms programs, UnitPorts ports, UnitListing listing, UnitProbes probes) {
        this.unit = unit;
        this.tools = tools;
        this.programs = programs;
        this.ports = ports;
        this.listing = listing;
        this.probes = probes;
    }

    /** It, while there is one; a part of the unit's file. */
    @Nullable
    Copy copy() {
        return copy;
    }

    /** Whether that process is it. */
    boolean is(Process process) {
        return child == process;
    }

    /**
     * Starts one, listed as one that may not be called; says whether it could.
     *
     * @param save has on the disk what a keeper that follows has to know, before the process is there
     * @param ended hears of its end, on any thread
     */
    boolean start(LaunchLine line, long number, int slot, Runnable save, Consumer<Process> ended) {
        if (copy != null) {
            return false;
        }
        try {
            Copy announced = new Copy(number, slot, null, ports.others(), "");
            copy = announced;
            save.run();
            Process started = programs.start(line, announced.ports(), slot, number);
            child = started;
            var unused = started.onExit().thenAccept(ended);
            Copy there = new Copy(
                    number,
                    slot,
                    tools.processes().find(started.pid()).orElse(new ProcessId("", started.pid(), 0)),
                    announced.ports(),
                    "");
            copy = there;
            probes.beginSecond();
            listing.list(there, InstanceStatus.DOWN);
            return true;
        } catch (IOException e) {
            LOG.warn("{}: a second process cannot be started: {}", unit, e.getMessage());
            drop();
            return false;
        }
    }

    /** Asks it whether it may be called, if it is time to. */
    void ask(Instant now, Runnable ifReady) {
        Copy asked = copy;
        if (asked != null) {
            probes.askSecond(asked.ports(), now, () -> {
                if (asked.equals(copy)) {
                    ifReady.run();
                }
            });
        }
    }

    /** Takes the first process in its place, and gives what was the second. */
    Pair exchange(Pair first) {
        Copy was = copy;
        if (was == null || was.process() == null) {
            throw new IllegalStateException(unit + " has no second process");
        }
        Pair second = new Pair(was, child);
        copy = first.copy;
        child = first.child;
        return second;
    }

    /** The registry accepted the registration of a start. */
    boolean claimed(long start, String claim) {
        Copy other = copy;
        if (other == null || other.start() != start) {
            return false;
        }
        copy = new Copy(start, other.slot(), other.process(), other.ports(), claim);
        return true;
    }

    /** Whether it is to be polled and was found gone. */
    boolean isFoundGone() {
        Copy other = copy;
        return other != null
                && child == null
                && Optional.ofNullable(other.process())
                        .filter(tools.processes()::isAlive)
                        .isEmpty();
    }

    /** Ends it; that it is gone is heard later. */
    void end() {
        Copy other = copy;
        ProcessId process = other == null ? null : other.process();
        if (process != null) {
            tools.signals().killSession(process);
        }
    }

    /** It is gone: its ports are free, and it is not listed any more. */
    void drop() {
        Copy other = copy;
        if (other != null) {
            child = null;
            copy = null;
            ports.free(other.ports());
            listing.withdraw(other.slot());
        }
    }
}
