// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.JsonObject;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.ServiceInstance;
import dev.muster.keeper.journal.Incident;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifest.Address;
import dev.muster.keeper.manifest.Manifest.Listing;
import dev.muster.keeper.manifest.Manifest.Probe;
import dev.muster.keeper.manifest.Manifest.Target;
import dev.muster.keeper.manifest.Template;
import dev.muster.keeper.memory.LaunchLine;
import dev.muster.keeper.memory.MemoryKnobs;
import dev.muster.keeper.memory.MemoryWatch;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.process.Exit;
import dev.muster.keeper.process.Launcher;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.roll.Roll;
import dev.muster.keeper.unit.Act;
import dev.muster.keeper.unit.IncidentType;
import dev.muster.keeper.unit.Life;
import dev.muster.keeper.unit.Memo;
import dev.muster.keeper.unit.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one unit: sees what happens to it, has {@link Life} decide, does what that says. What was decided is on the disk
 * before it is done. For the keeper's thread.
 */
final class UnitKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UnitKeeper.class);
    private static final String SECOND = "+2";
    private static final String SECOND_ID = ".2";
    private static final Probe NOT_FROZEN =
            new Probe(new Target.Exec(List.of()), Duration.ofMillis(500), Duration.ofSeconds(1), 2, 3);

    private final Manifest manifest;
    private final Tools tools;
    private final Tools.Place place;
    private final UnitFile file;
    private final List<UnitLog> logs;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Question ready;
    private final Question alive;
    private final Question secondReady;
    private final Life life;
    private final Healing healing;

    private String claim;
    /** The process that was started here and not yet seen to end; adopted ones are polled. */
    private @Nullable Process child;

    private long childStart;
    private long oomKills;
    /** By which of its two names it is listed: while one process takes over from another, each has a name. */
    private int slot;

    private @Nullable Copy second;
    private @Nullable Process secondChild;
    private boolean takenOver;

    private UnitKeeper(Manifest manifest, Tools tools, Tools.Place place, UnitFile file) throws IOException {
        this.manifest = manifest;
        this.tools = tools;
        this.place = place;
        this.file = file;
        this.logs = Stream.of("", SECOND)
                .map(suffix -> new UnitLog(tools.data().resolve("logs").resolve(manifest.unit() + suffix + ".log")))
                .toList();
        this.ready = new Question(manifest.ready().or(manifest::alive).orElse(NOT_FROZEN), tools.loop());
        this.secondReady = new Question(manifest.ready().or(manifest::alive).orElse(NOT_FROZEN), tools.loop());
        this.alive = new Question(manifest.alive().orElse(NOT_FROZEN), tools.loop());
        this.oomKills = tools.processes().oomKills();
        UnitFile.Content before = oneOfTwo(file.content());
        this.claim = before.claim();
        this.slot = before.slot();
        Memo memo = before.memo();
        ProcessId running = running(memo);
        givePorts(before.ports(), running != null);
        this.life = Life.resume(manifest, memo, running, now(), tools.random());
        Growth growth = before.growth();
        this.healing = new Healing(manifest, tools, this, growth == null ? Growth.NONE : growth);
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
        Memo memo = life.memo();
        return life.phase() == Phase.READY || (life.phase() == Phase.DOWN && (memo.gaveUp() || !memo.wanted()));
    }

    /** Where its outputs go. */
    Path log() {
        return logs.get(slot).path();
    }

    /** Where the outputs of one of its processes go. */
    Path logOf(ProcessId process) {
        return logs.get(life.process().filter(process::equals).isPresent() ? slot : 1 - slot)
                .path();
    }

    /** Ends the watching of it, and nothing else. */
    @Override
    public void close() {
        healing.close();
    }

    // ---- observe --------------------------------------------------------------------------------------------------

    /** Time passes: looks at the process, asks it, and does what is due. */
    void tick(boolean mayStart) {
        lookForPidFile();
        lookAtAdopted();
        lookAtSecond();
        healing.tick(now());
        ask();
        life.tick(mayStart, now());
        settle();
    }

    private void lookAtAdopted() {
        Optional<ProcessId> process = life.process();
        if (child == null && process.isPresent() && !tools.processes().isAlive(process.get())) {
            gone(process.get(), Exit.UNSEEN);
        }
    }

    private void childEnded(long start, Process ended) {
        if (secondChild == ended) {
            secondEnded();
            settle();
            return;
        }
        if (start != childStart || child != ended) {
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

    private void lookForPidFile() {
        if (child == null && life.phase() == Phase.STARTING && life.process().isEmpty()) {
            manifest.pidFile().flatMap(this::fromPidFile).ifPresent(id -> life.started(id, now()));
        }
    }

    private Optional<ProcessId> fromPidFile(Path pidFile) {
        try {
            return tools.processes()
                    .find(Long.parseLong(Files.readString(pidFile).strip()));
        } catch (IOException | NumberFormatException e) {
            // Not there yet, or half written.
            return Optional.empty();
        }
    }

    private void ask() {
        Optional<ProcessId> process = life.process();
        if (process.isEmpty()) {
            return;
        }
        switch (life.phase()) {
            case STARTING ->
                ready.askIfDue(now(), () -> answer(manifest.ready().or(manifest::alive)), answer -> {
                    if (answer.yes()) {
                        life.answered(true, now());
                        settle();
                    }
                });
            case READY, UNREADY -> {
                if (manifest.ready().isPresent()) {
                    ready.askIfDue(now(), () -> answer(manifest.ready()), answer -> {
                        life.answered(!answer.fails(), now());
                        settle();
                    });
                }
                alive.askIfDue(now(), () -> answer(manifest.alive()), answer -> {
                    if (answer.fails()) {
                        life.hangs(whyHung(process.get()), now());
                        settle();
                    }
                });
            }
            case DOWN, DRAINING, STOPPING, HUNG -> {}
        }
    }

    private CompletableFuture<Boolean> answer(Optional<Probe> probe) {
        if (life.process().filter(tools.processes()::isFrozen).isPresent()) {
            return CompletableFuture.completedFuture(false);
        }
        return probe.map(asked -> tools.prober().ask(asked.target(), ports, asked.timeout()))
                .orElse(CompletableFuture.completedFuture(true));
    }

    private String whyHung(ProcessId process) {
        return tools.processes().isFrozen(process)
                ? "process " + process.pid() + " is frozen"
                : "process " + process.pid() + " does not answer";
    }

    // ---- orders ---------------------------------------------------------------------------------------------------

    void order(Consumer<Life> order) {
        order.accept(life);
        settle();
    }

    /** Runs the check and then the reload command. The future says what came of it. */
    CompletableFuture<String> reload() {
        if (manifest.reload().isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    manifest.unit() + " has no reload command (expected: one with reload)"));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    if (!manifest.check().isEmpty() && run(manifest.check()) != 0) {
                        throw new IllegalArgumentException(
                                "the check of " + manifest.unit() + " failed, so it was not reloaded; see its log");
                    }
                    int code = run(manifest.reload());
                    if (code != 0) {
                        throw new IllegalArgumentException(
                                "the reload of " + manifest.unit() + " ended with " + code + "; see its log");
                    }
                    return manifest.unit() + " reloaded";
                },
                tools.workers());
    }

    private int run(List<String> argv) {
        try {
            return launch(new LaunchLine(argv, manifest.environment()), ports, slot, "")
                    .waitFor();
        } catch (IOException e) {
            LOG.warn("{}: {}", manifest.unit(), e.toString());
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
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
            file.write(new UnitFile.Content(life.memo(), Map.copyOf(ports), claim, slot, second, healing.growth()));
        } catch (IOException e) {
            LOG.error("the state of {} cannot be written: a keeper that follows this one will not know it", unit(), e);
        }
    }

    private void act(Act act) {
        if (act instanceof Act.Tell tell) {
            tell(tell);
        } else if (act instanceof Act.Start start) {
            start(start.number());
        } else if (act instanceof Act.Show show) {
            list(show.up() ? InstanceStatus.UP : InstanceStatus.DOWN);
        } else if (act instanceof Act.Drain) {
            list(InstanceStatus.DRAINING);
        } else if (act instanceof Act.Withdraw) {
            claim = "";
            place.want(name(slot), Optional.empty());
        } else if (act instanceof Act.Stop) {
            stop();
        } else if (act instanceof Act.Kill) {
            kill();
        } else if (act instanceof Act.DumpAndKill) {
            dumpAndKill();
        }
    }

    private void tell(Act.Tell tell) {
        tell(tell.type(), unit() + "." + tell.start(), tell.text());
    }

    /** Writes down what happened. */
    void tell(IncidentType type, String id, String text) {
        LOG.warn("{} {}: {}", type, unit(), text);
        Listing listing = manifest.listing().orElse(null);
        Incident incident = new Incident(
                0,
                id,
                System.currentTimeMillis(),
                type.name(),
                unit(),
                listing == null ? null : namespace(listing),
                listing == null ? null : listing.service(),
                listing == null ? null : id(listing, slot),
                text);
        try {
            tools.told().accept(tools.journal().append(incident));
        } catch (IOException e) {
            LOG.error("the incident is in no journal", e);
        }
    }

    private void start(long number) {
        claim = "";
        ready.begin();
        alive.begin();
        try {
            logs.get(slot).rotateIfFull();
            givePorts(ports, false);
            Process started = launch(launchLine(), ports, slot, mark(number));
            child = started;
            childStart = number;
            var unused = started.onExit()
                    .thenAcceptAsync(ended -> childEnded(number, ended), tools.loop())
                    .exceptionally(this::failed);
            if (manifest.pidFile().isEmpty()) {
                // Gone already: its end is on its way, and an id that no process has stands for it until then.
                life.started(tools.processes().find(started.pid()).orElse(new ProcessId("", started.pid(), 0)), now());
            }
        } catch (IOException e) {
            life.notStarted(String.valueOf(e.getMessage()), now());
        }
    }

    private Process launch(LaunchLine line, Map<String, Integer> ports, int slot, String mark) throws IOException {
        Map<String, String> environment = new HashMap<>();
        line.environment().forEach((name, value) -> environment.put(name, Template.fill(value, ports)));
        environment.put("MUSTER_UNIT", unit());
        if (!mark.isEmpty()) {
            environment.put(Launcher.MARK, mark);
        }
        return tools.launcher()
                .start(
                        line.argv().stream()
                                .map(word -> Template.fill(word, ports))
                                .toList(),
                        environment,
                        manifest.folder(),
                        logs.get(slot).path());
    }

    private void stop() {
        if (!manifest.stop().isEmpty()) {
            tools.workers().execute(() -> {
                int code = run(manifest.stop());
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

    private @Nullable Void failed(Throwable failure) {
        LOG.error("the end of {} was not dealt with; please report this", unit(), failure);
        return null;
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
        long start = life.memo().starts();
        Path into = log();
        Path dump = tools.data().resolve("dumps").resolve(unit() + "." + start + ".threads");
        tools.workers().execute(() -> {
            new ThreadDump(tools.processes(), tools.signals()).take(process.get(), into, dump);
            tools.signals().killSession(process.get());
        });
    }

    // ---- two processes --------------------------------------------------------------------------------------------

    /** How it is started: as its manifest says, with the sizes that were found to be needed. */
    LaunchLine launchLine() {
        List<String> argv = new ArrayList<>(manifest.argv());
        if (argv.get(0).endsWith("/java")) {
            argv.addAll(1, MemoryWatch.jvmOptions());
        }
        LaunchLine line = new LaunchLine(argv, manifest.environment());
        for (var size : healing.sizes().entrySet()) {
            line = MemoryKnobs.remembered(line, size.getKey(), size.getValue());
        }
        return line;
    }

    /** Whether a second process of it would want the same port. */
    boolean hasFixedPort() {
        return addresses().stream().anyMatch(address -> address.port().isPresent());
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
        if (second != null) {
            return false;
        }
        takenOver = false;
        int other = 1 - slot;
        long number = life.memo().starts() + 1;
        try {
            Map<String, Integer> given = new HashMap<>();
            for (Address address : addresses()) {
                given.put(address.name(), tools.ports().next());
            }
            second = new Copy(number, other, null, Map.copyOf(given), "");
            // A keeper that follows this one finds the process by its mark.
            save();
            logs.get(other).rotateIfFull();
            Process started = launch(line, given, other, mark(number));
            secondChild = started;
            var unused = started.onExit()
                    .thenAcceptAsync(ended -> childEnded(number, ended), tools.loop())
                    .exceptionally(this::failed);
            second = new Copy(
                    number,
                    other,
                    tools.processes().find(started.pid()).orElse(new ProcessId("", started.pid(), 0)),
                    Map.copyOf(given),
                    "");
            secondReady.begin();
            manifest.listing()
                    .ifPresent(listing -> place.want(
                            name(other),
                            Optional.of(new Roll.Wish(
                                    number, instance(listing, other, given).status(InstanceStatus.DOWN), ""))));
            return true;
        } catch (IOException e) {
            LOG.warn("{}: a second process cannot be started: {}", unit(), e.getMessage());
            dropSecond();
            return false;
        }
    }

    /** Asks the second process whether it may be called, if it is time to. */
    void askSecond(Runnable ifReady) {
        Copy other = second;
        if (other == null) {
            return;
        }
        Optional<Probe> probe = manifest.ready().or(manifest::alive);
        secondReady.askIfDue(
                now(),
                () -> probe.map(asked -> tools.prober().ask(asked.target(), other.ports(), asked.timeout()))
                        .orElse(CompletableFuture.completedFuture(true)),
                answer -> {
                    if (answer.yes() && other.equals(second)) {
                        ifReady.run();
                    }
                });
    }

    /** Has the registry list the second process in place of the first. */
    CompletableFuture<EventType> swap() {
        return manifest.listing().isPresent()
                ? place.swap(name(1 - slot), name(slot))
                : CompletableFuture.completedFuture(EventType.TOLD);
    }

    /** The second process is the first from now on, and the first the second. */
    void takeOver() {
        Copy next = second;
        ProcessId process = next == null ? null : next.process();
        if (next == null || process == null) {
            throw new IllegalStateException(unit() + " has no second process");
        }
        second = new Copy(life.memo().starts(), slot, life.process().orElse(null), Map.copyOf(ports), claim);
        Process before = child;
        child = secondChild;
        secondChild = before;
        childStart = next.start();
        slot = next.slot();
        claim = next.claim();
        ports.clear();
        ports.putAll(next.ports());
        takenOver = !takenOver;
        ready.begin();
        alive.begin();
        life.takenOver(process, next.start(), now());
        save();
    }

    void listAsUp() {
        list(InstanceStatus.UP);
    }

    /** Ends the second process. */
    void endSecond() {
        Copy other = second;
        ProcessId process = other == null ? null : other.process();
        if (process != null) {
            tools.signals().killSession(process);
        }
    }

    private void lookAtSecond() {
        Copy other = second;
        ProcessId process = other == null ? null : other.process();
        if (other != null
                && secondChild == null
                && (process == null || !tools.processes().isAlive(process))) {
            secondEnded();
        }
    }

    private void secondEnded() {
        endSecond();
        dropSecond();
        healing.secondGone();
    }

    private void dropSecond() {
        Copy other = second;
        if (other != null) {
            secondChild = null;
            second = null;
            other.ports().values().forEach(tools.ports()::free);
            place.want(name(other.slot()), Optional.empty());
        }
    }

    /** A keeper ended while one process took over from another: one of them goes on, and the other ends. */
    private UnitFile.Content oneOfTwo(UnitFile.Content before) {
        Copy other = before.second();
        if (other == null) {
            return before;
        }
        ProcessId noted = other.process();
        ProcessId process = noted == null
                ? tools.processes()
                        .marked(Launcher.MARK + "=" + mark(other.start()))
                        .orElse(null)
                : noted;
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

    // ---- registration ---------------------------------------------------------------------------------------------

    private void list(InstanceStatus status) {
        manifest.listing()
                .ifPresent(listing -> place.want(
                        name(slot),
                        Optional.of(new Roll.Wish(
                                life.memo().starts(),
                                instance(listing, slot, ports).status(status),
                                claim))));
    }

    private ServiceInstance instance(Listing listing, int slot, Map<String, Integer> ports) {
        return ServiceInstance.of(InstanceKey.of(namespace(listing), listing.service(), id(listing, slot)))
                .endpoints(listing.endpoints().stream()
                        .map(address ->
                                new Endpoint(address.name(), address.protocol(), address.host(), port(address, ports)))
                        .toList())
                .zone(listing.zone())
                .version(listing.version())
                .weight(listing.weight())
                .metadata(listing.metadata());
    }

    /** Two instances of one service need two ids. */
    private static String id(Listing listing, int slot) {
        return slot == 0 ? listing.id() : listing.id() + SECOND_ID;
    }

    private String name(int slot) {
        return slot == 0 ? unit() : unit() + SECOND;
    }

    /** The unit that is registered under this name. */
    static String unitOf(String name) {
        return name.endsWith(SECOND) ? name.substring(0, name.length() - SECOND.length()) : name;
    }

    private static int port(Address address, Map<String, Integer> ports) {
        return address.port().orElseGet(() -> ports.getOrDefault(address.name(), 1));
    }

    private String namespace(Listing listing) {
        return listing.namespace().isEmpty() ? tools.namespace() : listing.namespace();
    }

    /** The registry accepted the registration of a start. */
    void claimed(long start, String given) {
        if (start == life.memo().starts()) {
            claim = given;
            save();
            return;
        }
        Copy other = second;
        if (other != null && other.start() == start) {
            second = new Copy(start, other.slot(), other.process(), other.ports(), given);
            save();
        }
    }

    // ---- small things ---------------------------------------------------------------------------------------------

    /** The ports of all endpoints: those of before if nobody else took them meanwhile, which a running unit has itself. */
    private void givePorts(Map<String, Integer> before, boolean runs) throws IOException {
        Map<String, Integer> given = new HashMap<>();
        for (Address address : addresses()) {
            Integer had = before.get(address.name());
            int port = address.port().isPresent()
                    ? address.port().getAsInt()
                    : had != null && (runs || Ports.isFree(had))
                            ? had
                            : tools.ports().next();
            tools.ports().keep(port);
            given.put(address.name(), port);
        }
        ports.clear();
        ports.putAll(given);
    }

    private List<Address> addresses() {
        return manifest.listing().map(Listing::endpoints).orElse(List.of());
    }

    private @Nullable ProcessId running(Memo memo) {
        ProcessId noted = memo.process();
        if (noted != null && tools.processes().isAlive(noted)) {
            return noted;
        }
        if (noted == null && memo.phase() == Phase.STARTING) {
            return manifest.pidFile()
                    .flatMap(this::fromPidFile)
                    .or(() -> tools.processes().marked(Launcher.MARK + "=" + mark(memo.starts())))
                    .orElse(null);
        }
        return null;
    }

    private String mark(long start) {
        return tools.journal().name() + "/" + unit() + "/" + start;
    }

    private Instant now() {
        return tools.clock().instant();
    }

    /** How it stands, for people and scripts. */
    JsonObject status() {
        Memo memo = life.memo();
        JsonObject json = new JsonObject();
        json.addProperty("unit", unit());
        json.addProperty("kind", manifest.kind().name().toLowerCase(Locale.ROOT));
        json.addProperty("wanted", memo.wanted());
        json.addProperty(
                "phase", memo.gaveUp() ? "gave-up" : memo.phase().name().toLowerCase(Locale.ROOT));
        json.addProperty("pid", life.process().map(ProcessId::pid).orElse(0L));
        json.addProperty("sinceMillis", life.since().toEpochMilli());
        json.addProperty("starts", memo.starts());
        json.addProperty("restarts", memo.restarts().size());
        json.addProperty("pausedUntilMillis", memo.pausedUntil() > now().toEpochMilli() ? memo.pausedUntil() : 0);
        String cause = memo.cause();
        json.addProperty("note", cause == null ? "" : cause);
        JsonObject given = new JsonObject();
        ports.forEach(given::addProperty);
        json.add("ports", given);
        return json;
    }
}
