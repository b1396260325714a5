// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.client.MusterClient;
import dev.muster.client.ServiceView;
import dev.muster.keeper.archive.ArchiveBounds;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.control.ControlSocket;
import dev.muster.keeper.journal.Incident;
import dev.muster.keeper.journal.Journal;
import dev.muster.keeper.journal.Uploader;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifests;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.probe.Prober;
import dev.muster.keeper.process.Launcher;
import dev.muster.keeper.process.Processes;
import dev.muster.keeper.process.Signals;
import dev.muster.keeper.roll.Roll;
import dev.muster.keeper.unit.IncidentType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keeper of a host: wires its parts, and lets time pass for all units on one thread. It starts what its manifests
 * define, adopts what a keeper before it left running, and puts back what falls, with or without a registry.
 *
 * <p>Its end is the end of nothing else: units run on, and stay listed until the lease of its session runs out.
 */
final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, ""));
    private final ExecutorService workers = Executors.newCachedThreadPool(task -> daemon(task, "-work"));
    private final Prober prober = new Prober();
    private final Map<String, UnitKeeper> units = Collections.synchronizedMap(new LinkedHashMap<>());
    private final FileChannel lock;
    private final Journal journal;
    private final @Nullable Roll roll;
    private final @Nullable Uploader uploader;
    private final ControlSocket control;

    private Keeper(KeeperConfig config) throws IOException, KeeperException {
        lock = lock(config.data());
        for (String part : List.of("units", "logs", "dumps", "routes")) {
            privately(config.data().resolve(part));
        }
        journal = Journal.open(config.data());
        interrupted();
        MusterClient client = config.endpoints().isEmpty() ? null : connect(config);
        uploader = client == null ? null : new Uploader(journal, client);
        roll = client == null ? null : new Roll(client, this::claimed);
        if (roll != null) {
            roll.want(HostEntry.NAME, Optional.of(new Roll.Wish(1, HostEntry.of(config), "")));
        }
        Tools tools = tools(config);
        Manifests manifests = Manifests.read(config.manifests());
        Map<String, String> invalid = new TreeMap<>(manifests.problems());
        addLost(
                config.data().resolve("units"),
                manifests.units().stream().map(Manifest::unit).collect(Collectors.toSet()),
                invalid);
        invalid.forEach((unit, problems) -> LOG.error("{} is not kept:\n{}", unit, problems));
        for (Manifest manifest : manifests.units()) {
            // None of them is given to another unit.
            UnitFile.portsOf(config.data().resolve("units"), manifest.unit()).forEach(tools.ports()::keep);
        }
        Tools.Place place = place(roll, client);
        for (Manifest manifest : manifests.units()) {
            try {
                units.put(manifest.unit(), UnitKeeper.resume(manifest, tools, place));
            } catch (IOException e) {
                LOG.error("{} is not kept: {}", manifest.unit(), e.getMessage());
                invalid.put(manifest.unit(), String.valueOf(e.getMessage()));
            }
        }
        Orders orders = new Orders(units, invalid, journal, tools.archive(), loop, tools.clock()::instant);
        control = new ControlSocket(config.data().resolve("control"), orders::answer);
        var unused = loop.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Starts a keeper, which keeps from then on.
     *
     * @throws KeeperException when another keeper has the folder
     * @throws IOException when its folders cannot be used
     */
    static Keeper start(KeeperConfig config) throws IOException, KeeperException {
        return new Keeper(config);
    }

    @Override
    public void close() throws IOException {
        control.close();
        loop.shutdownNow();
        units.values().forEach(UnitKeeper::close);
        workers.shutdown();
        prober.close();
        if (roll != null) {
            roll.close();
        }
        if (uploader != null) {
            uploader.close();
        }
        // The client is not closed: that would end its session, and the units would leave the list.
        journal.close();
        lock.close();
    }

    private void tick() {
        for (UnitKeeper unit : List.copyOf(units.values())) {
            try {
                unit.tick(unit.after().stream().allMatch(this::isSettled));
            } catch (RuntimeException e) {
                LOG.error("{} cannot be looked after; please report this", unit.unit(), e);
            } catch (Error e) {
                LOG.error("the keeper ends, for the next one to adopt what runs", e);
                Runtime.getRuntime().halt(ExitCode.ERROR.number());
            }
        }
    }

    private boolean isSettled(String name) {
        UnitKeeper unit = units.get(name);
        return unit == null || unit.isSettled();
    }

    /** Units that were kept before and that nothing defines any more: whoever took the manifest away has to know. */
    private static void addLost(Path folder, Set<String> defined, Map<String, String> invalid) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(UnitFile.ENDING))
                    .map(name -> name.substring(0, name.length() - UnitFile.ENDING.length()))
                    .filter(name -> !defined.contains(name) && !invalid.containsKey(name))
                    .forEach(name -> invalid.put(
                            name,
                            "its manifest is gone; what runs of it is not kept (see " + folder.resolve(name)
                                    + UnitFile.ENDING + ", end it, then remove that file)"));
        }
    }

    private void claimed(String name, long start, String claim) {
        loop.execute(() -> {
            UnitKeeper keeper = units.get(UnitListing.unitOf(name));
            if (keeper != null) {
                keeper.claimed(start, claim);
            }
        });
    }

    /** What the keeper before announced and did not come to do is over: the units are looked at anew. */
    private void interrupted() throws IOException {
        Map<String, Incident> open = new LinkedHashMap<>();
        for (Incident incident : journal.newest(Integer.MAX_VALUE, each -> true)) {
            IncidentType type = IncidentType.valueOf(incident.type());
            if (type.isBefore()) {
                open.put(incident.id(), incident);
            } else if (type.isEnd()) {
                open.remove(incident.id());
            }
        }
        for (Incident before : open.values()) {
            journal.append(new Incident(
                    0,
                    before.id(),
                    System.currentTimeMillis(),
                    IncidentType.INTERRUPTED.name(),
                    before.unit(),
                    before.namespace(),
                    before.service(),
                    before.instance(),
                    "the keeper ended before the outcome was known"));
        }
    }

    private Tools tools(KeeperConfig config) throws IOException {
        Processes processes = new Processes();
        Uploader upload = uploader;
        return new Tools(
                config.data(),
                new SteadyClock(),
                new SplittableRandom(),
                loop,
                workers,
                processes,
                new Signals(processes),
                new Launcher(),
                prober,
                new Ports(config.firstPort(), config.lastPort()),
                journal,
                IncidentArchive.open(config.archive(), ArchiveBounds.DEFAULT, new SteadyClock()),
                incident -> Optional.ofNullable(upload).ifPresent(Uploader::wake),
                config.namespace());
    }

    private static Tools.Place place(@Nullable Roll roll, @Nullable MusterClient client) {
        return new Tools.Place() {
            @Override
            public Optional<ServiceView> view(String namespace, String service) {
                return Optional.ofNullable(client).map(there -> there.view(namespace, service));
            }

            @Override
            public void want(String name, Optional<Roll.Wish> wish) {
                Optional.ofNullable(roll).ifPresent(there -> there.want(name, wish));
            }

            @Override
            public CompletableFuture<EventType> swap(String up, String draining) {
                return roll == null
                        ? CompletableFuture.completedFuture(EventType.TOLD)
                        : roll.swap(up, draining).thenApply(told -> told ? EventType.TOLD : EventType.NOT_TOLD);
            }
        };
    }

    private static MusterClient connect(KeeperConfig config) {
        return MusterClient.builder()
                .endpoints(config.endpoints().toArray(String[]::new))
                .clientName("muster-keeper")
                .namespace(config.namespace())
                .sessionTtl(config.lease())
                .requestTimeout(REQUEST_TIMEOUT)
                .connect();
    }

    private static FileChannel lock(Path data) throws IOException, KeeperException {
        privately(data);
        FileChannel channel =
                FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("a keeper of this process has the folder", e);
        }
        channel.close();
        throw new KeeperException(data + ": another keeper uses it (expected: one keeper for each folder)");
    }

    private static void privately(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    private static Thread daemon(Runnable task, String suffix) {
        Thread thread = new Thread(task, "muster-keeper" + suffix);
        thread.setDaemon(true);
        return thread;
    }
}
