// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.process;

import java.io.File;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals to processes. Each is sent only while the process that has the id is the one that is meant. Safe for any
 * thread.
 */
public final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final File NOTHING = new File("/dev/null");

    private final Processes processes;

    /** Signals to the processes of this machine. */
    public Signals(Processes processes) {
        this.processes = processes;
    }

    /** Asks it to end. */
    public void terminate(ProcessId id) {
        if (processes.isAlive(id)) {
            ProcessHandle.of(id.pid()).ifPresent(ProcessHandle::destroy);
        }
    }

    /** Ends it. */
    public void kill(ProcessId id) {
        if (processes.isAlive(id)) {
            ProcessHandle.of(id.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Ends all that is left of the session that a process began; the process itself last. */
    public void killSession(ProcessId leader) {
        processes.session(leader.pid()).stream()
                .filter(id -> id.pid() != leader.pid())
                .forEach(this::kill);
        kill(leader);
    }

    /** Sends any signal by name, such as QUIT. */
    public void send(String name, ProcessId id) {
        if (!processes.isAlive(id)) {
            return;
        }
        try {
            new ProcessBuilder("/bin/kill", "-s", name, Long.toString(id.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(NOTHING)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            LOG.warn("SIG{} cannot be sent to {}: {}", name, id.pid(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
