// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.JsonObject;
import dev.muster.client.InstanceStatus;
import dev.muster.keeper.edge.Routes;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.memory.LaunchLine;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.process.Exit;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.Act;
import dev.muster.keeper.unit.IncidentType;
import dev.muster.keeper.unit.Life;
import dev.muster.keeper.unit.Memo;
import dev.muster.keeper.unit.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one unit: sees what happens to it, has {@link Life} decide, does what that says. What was decided is on the disk
 * before it is done. For the keeper's thread.
 */
final class UnitKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UnitKeeper.class);

    private final Manifest manifest;
    private final Tools tools;
    private final UnitFile file;
    private final UnitPrograms programs;
    private final UnitPorts givesPorts;
    private final UnitListing listing;
    private final UnitProbes probes;
    private final SecondProcess second;
    private final Life life;
    private final Healing healing;
    private final Routes routes;

    private String claim;
    /** Read by workers that run a command of the unit, as {@code slot} is. */
    private volatile Map<String, Integer> ports;
    /** By which of its two names it is listed. */
    private volatile int slot;
    /** The process that was started here and not yet seen to end; adopted ones are polled. */
    private @Nullable Process child;

    private long oomKills;
    private boolean takenOver;

    private UnitKeeper(Manifest manifest, Tools tools, Tools.Place place, UnitFile file) throws IOException {
        this.manifest = manifest;
        this.tools = tools;
        this.file = file;
        this.programs = new UnitPrograms(manifest, tools);
        this.givesPorts = new UnitPorts(manifest, tools.ports());
        this.listing = new UnitListing(manifest, place, tools.namespace());
        this.probes = new UnitProbes(manifest, tools);
        this.second = new SecondProcess(manifest.unit(), tools, programs, givesPorts, listing, probes);
        this.oomKills = tools.processes().oomKills();
        LastRun last = new LastRun(manifest, tools, programs);
        UnitFile.Content before = last.oneOfTwo(file.content());
        this.claim = before.claim();
        this.slot = before.slot();
        Memo memo = before.memo();
        ProcessId running = last.running(memo);
        this.ports = givesPorts.again(before.ports(), running != null);
        this.life = Life.resume(manifest, memo, running, now(), tools.random());
        Growth growth = before.growth();
        this.healing = new Healing(manifest, tools, this, growth == null ? Growth.NONE : growth);
        this.routes = new Routes(
                manifest.routes(),
                Files.createDirectories(tools.data().resolve("routes").resolve(manifest.unit())),
                route -> place.view(route.namespace(), route.service()),
                new RoutedProxy(),
                tools.clock(),
                tools.workers(),
                tools.loop());
        if (running != null) {
            LOG.info("{} runs already: process {} is adopted", manifest.unit(), running.pid());
        }
    }

    /** Goes on with a unit where the keeper before left off. */
    static UnitKeeper resume(Manifest manifest, Tools tools, Tools.Place place) throws IOException {
        UnitKeeper keeper = new UnitKeeper(
                manifest, tools, place, UnitFile.open(tools.data().resolve("units"), manifest.unit()));
        keeper.settle();
        return keeper;
    }

    String unit() {
        return manifest.unit();
    }

    List<String> after() {
        return manifest.after();
    }

    /** Whether others need not wait for it: it is ready, or will not be before an operator says so. */
    boolean isSettled() {
        return life.phase() == Phase.READY || isEnded();
    }

    /** How it stands, for people and scripts. */
    JsonObject status() {
        return UnitStatus.of(manifest, life, ports, routes.states(), now());
    }

    /** Where its outputs go. */
    Path log() {
        return programs.log(slot);
    }

    /** Where the outputs of one of its processes go. */
    Path logOf(ProcessId process) {
        return programs.log(life.process().filter(process::equals).isPresent() ? slot : 1 - slot);
    }

    /** Ends the watching of it, and nothing else. */
    @Override
    public void close() {
        healing.close();
        routes.close();
    }

    // ---- observe --------------------------------------------------------------------------------------------------

    /** Time passes: looks at the process, asks it, and does what is due. */
    void tick(boolean mayStart) {
        lookForPidFile();
        lookAtAdopted();
        if (second.isFoundGone()) {
            secondEnded();
        }
        healing.tick(now());
        ask();
        if (serves() || life.phase() == Phase.DOWN) {
            routes.tick();
        }
        life.tick(mayStart, now());
        settle();
    }

    private void lookAtAdopted() {
        Optional<ProcessId> process = life.process();
        if (child == null && process.isPresent() && !tools.processes().isAlive(process.get())) {
            gone(process.get(), Exit.UNSEEN);
        }
    }

    /** On any thread. */
    private void ended(Process process) {
        var unused = CompletableFuture.runAsync(() -> childEnded(process), tools.loop())
                .exceptionally(failure -> {
                    LOG.error("the end of {} was not dealt with; please report this", unit(), failure);
                    return null;
                });
    }

    private void childEnded(Process ended) {
        if (second.is(ended)) {
            secondEnded();
            settle();
            return;
        }
        if (child != ended) {
            return;
        }
        child = null;
        long kills = tools.processes().oomKills();
        Exit exit = Exit.ofChild(ended.exitValue(), kills > oomKills);
        oomKills = kills;
        Optional<ProcessId> process = life.process();
        if (process.isPresent()) {
            gone(process.get(), exit);
        } else if (manifest.pidFile().isEmpty() || !exit.equals(new Exit(Exit.How.EXIT, 0))) {
            life.notStarted("the start: " + exit, now());
        }
        // What is due is due now, and waits for no tick; it is no first start any more.
        life.tick(false, now());
        settle();
    }

    private void gone(ProcessId process, Exit exit) {
        LOG.info("{}: process {} is gone: {}", manifest.unit(), process.pid(), exit);
        // What it left behind would hold its ports and its files.
        tools.signals().killSession(process);
        if (!healing.firstGone()) {
            life.exited(exit, now());
        }
    }

    private void secondEnded() {
        second.end();
        second.drop();
        healing.secondGone();
    }

    private void lookForPidFile() {
        if (child == null && life.phase() == Phase.STARTING && life.process().isEmpty()) {
            programs.fromPidFile().ifPresent(id -> life.started(id, now()));
        }
    }

    private void ask() {
        life.process()
                .ifPresent(process -> probes.ask(life.phase(), process, ports, now(), new UnitProbes.Heard() {
                    @Override
                    public void ready(boolean yes) {
                        order(kept -> kept.answered(yes, now()));
                    }

                    @Override
                    public void hangs(String why) {
                        order(kept -> kept.hangs(why, now()));
                    }
                }));
    }

    // ---- orders ---------------------------------------------------------------------------------------------------

    /** Has its life take a word, and does what comes of it. */
    void order(Consumer<Life> order) {
        order.accept(life);
        settle();
    }

    /** Runs the check and then the reload command. The future says what came of it. */
    CompletableFuture<String> reload() {
        return programs.reload(ports, slot);
    }

    // ---- act ------------------------------------------------------------------------------------------------------

    /** Writes down what was decided, then does it, until nothing is left to do. */
    private void settle() {
        List<Act> acts = life.acts();
        save();
        while (!acts.isEmpty()) {
            acts.forEach(this::act);
            acts = life.acts();
            save();
        }
    }

    /** Has all that has to be remembered on the disk. */
    void save() {
        try {
            file.write(new UnitFile.Content(life.memo(), ports, claim, slot, second.copy(), healing.growth()));
        } catch (IOException e) {
            LOG.error("the state of {} cannot be written: a keeper that follows this one will not know it", unit(), e);
        }
    }

    private void act(Act act) {
        if (act instanceof Act.Tell tell) {
            tell(tell.type(), unit() + "." + tell.start(), tell.text());
        } else if (act instanceof Act.Start start) {
            start(start.number());
        } else if (act instanceof Act.Show show) {
            listing.list(first(), show.up() ? InstanceStatus.UP : InstanceStatus.DOWN);
        } else if (act instanceof Act.Drain) {
            listing.list(first(), InstanceStatus.DRAINING);
        } else if (act instanceof Act.Withdraw) {
            claim = "";
            listing.withdraw(slot);
        } else if (act instanceof Act.Stop) {
            stop();
        } else if (act instanceof Act.Kill) {
            kill();
        } else if (act instanceof Act.DumpAndKill) {
            dumpAndKill();
        }
    }

    /** Writes down what happened. */
    void tell(IncidentType type, String id, String text) {
        LOG.warn("{} {}: {}", type, unit(), text);
        tools.tell(listing.incident(type, id, slot, text));
    }

    private void start(long number) {
        claim = "";
        probes.begin();
        try {
            ports = givesPorts.again(ports, false);
            Process started = programs.start(launchLine(), ports, slot, number);
            child = started;
            var unused = started.onExit().thenAccept(this::ended);
            if (manifest.pidFile().isEmpty()) {
                // Gone already: its end is on its way, and an id that no process has stands for it until then.
                life.started(tools.processes().find(started.pid()).orElse(new ProcessId("", started.pid(), 0)), now());
            }
        } catch (IOException e) {
            life.notStarted(String.valueOf(e.getMessage()), now());
        }
    }

    private void stop() {
        if (!manifest.stop().isEmpty()) {
            Map<String, Integer> given = ports;
            int named = slot;
            tools.workers().execute(() -> {
                int code = programs.run(manifest.stop(), given, named);
                LOG.info("the stop of {} ended with {}", unit(), code);
            });
        } else {
            life.process().ifPresent(tools.signals()::terminate);
        }
        endIfNothingRuns();
    }

    private void kill() {
        life.process().ifPresent(tools.signals()::killSession);
        Process starting = child;
        if (life.process().isEmpty() && starting != null) {
            starting.destroyForcibly();
        }
        endIfNothingRuns();
    }

    /** A program that went to the background and never said who it is leaves nothing to wait for. */
    private void endIfNothingRuns() {
        if (life.process().isEmpty() && child == null) {
            life.exited(Exit.UNSEEN, now());
        }
    }

    private void dumpAndKill() {
        Optional<ProcessId> process = life.process();
        if (process.isEmpty()) {
            kill();
            return;
        }
        Path into = log();
        Path dump =
                tools.data().resolve("dumps").resolve(unit() + "." + life.memo().starts() + ".threads");
        tools.workers().execute(() -> {
            new ThreadDump(tools.processes(), tools.signals()).take(process.get(), into, dump);
            tools.signals().killSession(process.get());
        });
    }

    // ---- routes ---------------------------------------------------------------------------------------------------

    /** The unit as the reader of its routes. */
    private final class RoutedProxy implements Routes.Proxy {
        @Override
        public int check() {
            return programs.run(manifest.check(), ports, slot);
        }

        @Override
        public int reload() {
            return programs.run(manifest.reload(), ports, slot);
        }

        @Override
        public boolean runs() {
            return serves();
        }

        @Override
        public void keptBack(String why) {
            tell(IncidentType.ROUTES_KEPT_BACK, unit() + ".routes", why);
        }
    }

    // ---- what the healing of its memory sees and does ---------------------------------------------------------------

    /** How it is started: as its manifest says, with the sizes that were found to be needed. */
    LaunchLine launchLine() {
        return programs.line(healing.sizes());
    }

    /** Whether a second process of it would want the same port. */
    boolean hasFixedPort() {
        return givesPorts.anyFixed();
    }

    boolean serves() {
        return life.phase() == Phase.READY || life.phase() == Phase.UNREADY;
    }

    boolean isPaused() {
        return life.memo().pausedUntil() > now().toEpochMilli();
    }

    /** Whether nothing runs, and nothing will before an operator says so. */
    boolean isEnded() {
        Memo memo = life.memo();
        return life.phase() == Phase.DOWN && (memo.gaveUp() || !memo.wanted());
    }

    boolean isAdopted() {
        return child == null;
    }

    /** Whether the second process is the one of before. */
    boolean isTakenOver() {
        return takenOver;
    }

    Optional<ProcessId> process() {
        return life.process();
    }

    void restart() {
        order(kept -> kept.restart(now()));
    }

    /** Starts a second process beside the first, listed as one that may not be called; says whether it could. */
    boolean startSecond(LaunchLine line) {
        takenOver = takenOver && second.copy() != null;
        return second.start(line, life.memo().starts() + 1, 1 - slot, this::save, this::ended);
    }

    /** Asks the second process whether it may be called, if it is time to. */
    void askSecond(Runnable ifReady) {
        second.ask(now(), ifReady);
    }

    /** Has the registry list the second process in place of the first. */
    CompletableFuture<EventType> swap() {
        return listing.swap(1 - slot, slot);
    }

    /** The second process is the first from now on, and the first the second. */
    void takeOver() {
        SecondProcess.Pair next = second.exchange(new SecondProcess.Pair(first(), child));
        child = next.child();
        slot = next.copy().slot();
        claim = next.copy().claim();
        ports = next.copy().ports();
        takenOver = !takenOver;
        probes.begin();
        life.takenOver(
                Objects.requireNonNull(next.copy().process()), next.copy().start(), now());
        save();
    }

    void listAsUp() {
        listing.list(first(), InstanceStatus.UP);
    }

    /** Ends the second process. */
    void endSecond() {
        second.end();
    }

    // ---- small things ---------------------------------------------------------------------------------------------

    /** The registry accepted the registration of a start. */
    void claimed(long start, String given) {
        if (start == life.memo().starts()) {
            claim = given;
            save();
        } else if (second.claimed(start, given)) {
            save();
        }
    }

    private Copy first() {
        return new Copy(life.memo().starts(), slot, life.process().orElse(null), ports, claim);
    }

    private Instant now() {
        return tools.clock().instant();
    }
}
