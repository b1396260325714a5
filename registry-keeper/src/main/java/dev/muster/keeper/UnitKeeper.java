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
import dev.muster.keeper.process.Exit;
import dev.muster.keeper.process.Launcher;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.roll.Roll;
import dev.muster.keeper.unit.Act;
import dev.muster.keeper.unit.Life;
import dev.muster.keeper.unit.Memo;
import dev.muster.keeper.unit.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
final class UnitKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(UnitKeeper.class);
    private static final Probe NOT_FROZEN =
            new Probe(new Target.Exec(List.of()), Duration.ofMillis(500), Duration.ofSeconds(1), 2, 3);

    private final Manifest manifest;
    private final Tools tools;
    private final Tools.Place place;
    private final UnitFile file;
    private final UnitLog log;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Question ready;
    private final Question alive;
    private final Life life;

    private String claim;
    /** The process that was started here and not yet seen to end; adopted ones are polled. */
    private @Nullable Process child;

    private long childStart;
    private long oomKills;

    private UnitKeeper(Manifest manifest, Tools tools, Tools.Place place, UnitFile file) throws IOException {
        this.manifest = manifest;
        this.tools = tools;
        this.place = place;
        this.file = file;
        this.log = new UnitLog(tools.data().resolve("logs").resolve(manifest.unit() + ".log"));
        this.claim = file.content().claim();
        this.ready = new Question(manifest.ready().or(manifest::alive).orElse(NOT_FROZEN), tools.loop());
        this.alive = new Question(manifest.alive().orElse(NOT_FROZEN), tools.loop());
        this.oomKills = tools.processes().oomKills();
        Memo memo = file.content().memo();
        ProcessId running = running(memo);
        givePorts(file.content().ports(), running != null);
        this.life = Life.resume(manifest, memo, running, now(), tools.random());
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
        return log.path();
    }

    // ---- observe --------------------------------------------------------------------------------------------------

    /** Time passes: looks at the process, asks it, and does what is due. */
    void tick(boolean mayStart) {
        lookForPidFile();
        lookAtAdopted();
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
        life.exited(exit, now());
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
            return launch(argv, "").waitFor();
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

    private void save() {
        try {
            file.write(new UnitFile.Content(life.memo(), Map.copyOf(ports), claim));
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
            place.want(unit(), Optional.empty());
        } else if (act instanceof Act.Stop) {
            stop();
        } else if (act instanceof Act.Kill) {
            kill();
        } else if (act instanceof Act.DumpAndKill) {
            dumpAndKill();
        }
    }

    private void tell(Act.Tell tell) {
        LOG.warn("{} {}: {}", tell.type(), unit(), tell.text());
        Listing listing = manifest.listing().orElse(null);
        Incident incident = new Incident(
                0,
                unit() + "." + tell.start(),
                System.currentTimeMillis(),
                tell.type().name(),
                unit(),
                listing == null ? null : namespace(listing),
                listing == null ? null : listing.service(),
                listing == null ? null : listing.id(),
                tell.text());
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
            log.rotateIfFull();
            givePorts(ports, false);
            Process started = launch(manifest.argv(), mark(number));
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

    private Process launch(List<String> argv, String mark) throws IOException {
        Map<String, String> environment = new HashMap<>();
        manifest.environment().forEach((name, value) -> environment.put(name, Template.fill(value, ports)));
        environment.put("MUSTER_UNIT", unit());
        if (!mark.isEmpty()) {
            environment.put(Launcher.MARK, mark);
        }
        return tools.launcher()
                .start(
                        argv.stream().map(word -> Template.fill(word, ports)).toList(),
                        environment,
                        manifest.folder(),
                        log.path());
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
        Path into = tools.data().resolve("dumps").resolve(unit() + "." + start + ".threads");
        tools.workers().execute(() -> {
            new ThreadDump(tools.processes(), tools.signals()).take(process.get(), log.path(), into);
            tools.signals().killSession(process.get());
        });
    }

    // ---- registration ---------------------------------------------------------------------------------------------

    private void list(InstanceStatus status) {
        manifest.listing()
                .ifPresent(listing -> place.want(
                        unit(),
                        Optional.of(new Roll.Wish(
                                life.memo().starts(), instance(listing).status(status), claim))));
    }

    private ServiceInstance instance(Listing listing) {
        return ServiceInstance.of(InstanceKey.of(namespace(listing), listing.service(), listing.id()))
                .endpoints(listing.endpoints().stream().map(this::endpoint).toList())
                .zone(listing.zone())
                .version(listing.version())
                .weight(listing.weight())
                .metadata(listing.metadata());
    }

    private Endpoint endpoint(Address address) {
        return new Endpoint(address.name(), address.protocol(), address.host(), port(address));
    }

    private int port(Address address) {
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
        }
    }

    // ---- small things ---------------------------------------------------------------------------------------------

    /** The ports of all endpoints: those of before if nobody else took them meanwhile, which a running unit has itself. */
    private void givePorts(Map<String, Integer> before, boolean runs) throws IOException {
        Map<String, Integer> given = new HashMap<>();
        for (Address address : manifest.listing().map(Listing::endpoints).orElse(List.of())) {
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
