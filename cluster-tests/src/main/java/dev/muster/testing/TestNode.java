// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.backup.Restore;
import dev.muster.client.MusterException;
import dev.muster.client.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link TestCluster}: a process, and a data folder that outlives it. Safe for use by any number of
 * threads; the methods that change it wait for one another.
 */
public final class TestNode {
    /** A node that was started serves within this time, on a slow machine. */
    static final Duration LONGEST_START = Duration.ofSeconds(60);

    static final String SERVER = "dev.muster.server.Main";

    private final TestCluster cluster;
    private final String name;
    private final int port;
    private final List<String> arguments;
    private final Optional<WallClock> clock;
    private final Optional<FaultyDisk> disk;
    private final List<Runnable> undoes = new ArrayList<>();
    private @Nullable JavaChild process;
    private boolean mayEnd;

    TestNode(TestCluster cluster, String name, int port, List<String> settings, boolean badClock, boolean badDisk) {
        this.cluster = cluster;
        this.name = name;
        this.port = port;
        this.clock = badClock ? WallClock.in(cluster.folder().resolve(name + ".clock")) : Optional.empty();
        this.disk = badDisk ? FaultyDisk.at(data()) : Optional.empty();
        List<String> all = new ArrayList<>();
        all.add("--node=" + name);
        all.add("--data=" + data());
        all.add("--listen=127.0.0.1:" + port);
        all.addAll(settings);
        this.arguments = List.copyOf(all);
    }

    /** Its name in the cluster. */
    public String name() {
        return name;
    }

    /** Its client port, {@code host:port}. */
    public String endpoint() {
        return "127.0.0.1:" + port;
    }

    /** The number of its client port. */
    public int port() {
        return port;
    }

    /** Its data folder. */
    public Path data() {
        return cluster.folder().resolve(name);
    }

    /** Its wall clock, if the cluster was built with clocks that can be wrong, and they can be had here. */
    public Optional<WallClock> clock() {
        return clock;
    }

    /** Its disk, if the cluster was built with disks that can be spoilt, and they can be had here. */
    public Optional<FaultyDisk> disk() {
        return disk;
    }

    /** What it was started with. */
    public List<String> arguments() {
        return arguments;
    }

    /** Starts it. Does not wait until it serves. */
    public synchronized void start() {
        if (process != null) {
            throw new IllegalStateException(name + " runs already");
        }
        process = JavaChild.start(
                cluster.folder(),
                name,
                SERVER,
                arguments,
                clock.map(WallClock::environment).orElse(Map.of()));
        JavaChild.mark(process.log(), "started, pid " + process.pid());
    }

    /** Starts it and waits until it serves. */
    public void restart() {
        start();
        awaitReady();
    }

    /** SIGKILL. Returns when it is gone. */
    public synchronized Exit kill() {
        return end("SIGKILL", JavaChild::kill);
    }

    /** SIGTERM, the orderly stop. Returns when it is gone. */
    public synchronized Exit stop() {
        return end("SIGTERM", JavaChild::stop);
    }

    /** Waits until it ends by itself. */
    public synchronized Exit awaitExit(Duration longest) {
        return end("nothing", running -> running.awaitExit(longest));
    }

    /** SIGSTOP: it stands still, as in a long pause of its machine. Returns when it does. */
    public synchronized void pause() {
        process().pause();
        JavaChild.mark(log(), "SIGSTOP");
    }

    /** SIGCONT. */
    public synchronized void resume() {
        JavaChild.mark(log(), "SIGCONT");
        process().resume();
    }

    /** Deletes its data folder, as the loss of its disk does. It has to be down. */
    public synchronized void wipe() {
        if (process != null) {
            throw new IllegalStateException(name + " runs (expected: down, before its data folder is deleted)");
        }
        if (disk.isPresent()) {
            Folders.empty(data());
        } else {
            Folders.delete(data());
        }
    }

    /** Puts a backup into its data folder, for its next start. It has to be down, and wiped. */
    public synchronized void restore(Path backup) {
        try {
            Restore.into(data(), backup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it was started and not ended since. */
    public synchronized boolean isUp() {
        return process != null && process.isAlive();
    }

    /** Whether it stands still. */
    public synchronized boolean isPaused() {
        return process != null && process.isPaused();
    }

    /** Whether it is up and does not stand still. */
    public boolean runs() {
        return isUp() && !isPaused();
    }

    /** Its process id. */
    public synchronized long pid() {
        return process().pid();
    }

    /** Its process id while it is up. */
    synchronized Optional<Long> findPid() {
        return isUp() ? Optional.of(pid()) : Optional.empty();
    }

    /** How it says that it stands, or nothing if it does not answer. */
    public Optional<NodeStatus> findStatus() {
        try {
            return Optional.of(status());
        } catch (MusterException e) {
            return Optional.empty();
        }
    }

    /** How it says that it stands. */
    public NodeStatus status() {
        return cluster.admin().status(endpoint());
    }

    /** Waits until it serves. */
    public void awaitReady() {
        await(name + " serves, see " + log())
                .atMost(LONGEST_START)
                .pollInterval(Duration.ofMillis(50))
                .failFast(name + " ended, see " + log(), () -> !isUp())
                .until(() -> findStatus().filter(NodeStatus::ready).isPresent());
    }

    /** Waits until it serves, or ended by itself. */
    public Optional<Exit> awaitReadyOrExit() {
        await(name + " serves or ends, see " + log())
                .atMost(LONGEST_START)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !isUp() || findStatus().filter(NodeStatus::ready).isPresent());
        return isUp() ? Optional.empty() : Optional.of(awaitExit(LONGEST_START));
    }

    /** Where all its processes have logged to. */
    public Path log() {
        return cluster.folder().resolve(name + ".log");
    }

    /** All that its processes have logged. */
    public String logged() {
        try {
            return Files.exists(log()) ? Files.readString(log()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until it is healed it may end by itself, which is no failure then; healing it begins with {@code undo}. */
    public synchronized void harm(Runnable undo) {
        mayEnd = true;
        undoes.add(undo);
    }

    /** Back to an ordinary running node, whatever was done to it. */
    void heal() {
        List<Runnable> undo;
        synchronized (this) {
            undo = List.copyOf(undoes);
            undoes.clear();
        }
        undo.forEach(Runnable::run);
        disk.ifPresent(FaultyDisk::repair);
        if (isPaused()) {
            resume();
        }
        synchronized (this) {
            if (process != null && !process.isAlive()) {
                if (!mayEnd) {
                    throw new AssertionError(name + " ended by itself, see " + log());
                }
                awaitExit(LONGEST_START);
            }
            mayEnd = false;
        }
        if (!isUp()) {
            start();
        }
    }

    /** Kills it if it runs; that it ended by itself is no failure. */
    synchronized void discard(boolean printThreads) {
        if (process == null) {
            return;
        }
        if (printThreads) {
            process.printThreads();
        }
        JavaChild.mark(log(), "SIGKILL");
        process.kill();
        process = null;
    }

    /** Gives its disk back; it is down for good. */
    void close(boolean keepsFiles) {
        disk.ifPresent(FaultyDisk::close);
        if (!keepsFiles) {
            Folders.delete(data());
            disk.ifPresent(unmounted -> Folders.delete(FaultyDisk.backing(data())));
        }
    }

    private Exit end(String how, Function<JavaChild, Exit> ending) {
        JavaChild running = process();
        JavaChild.mark(running.log(), how);
        Exit exit = ending.apply(running);
        process = null;
        JavaChild.mark(running.log(), "ended with " + exit.code());
        return exit;
    }

    private JavaChild process() {
        if (process == null) {
            throw new IllegalStateException(name + " is down");
        }
        return process;
    }

    @Override
    public String toString() {
        return name;
    }
}
