// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.keeper.manifest.Manifest.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the route files of one proxy in step with the registry's lists. A change is offered to the proxy's own check
 * before it is told to read it; what the check refuses is taken back, and those of before stay. While the registry is
 * away nothing changes, and the age grows. For the keeper's thread.
 */
public final class Routes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final Duration CONFIRM = Duration.ofSeconds(5);
    /** What was refused may have been refused for what stands in other files. */
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final List<Kept> all = new ArrayList<>();
    private final Proxy proxy;
    private final InstantSource clock;
    private final Executor workers;
    private final Executor loop;

    private Map<Kept, String> refused = Map.of();
    private Instant retryAt = Instant.MAX;
    private boolean busy;

    /** The proxy that reads the files. */
    public interface Proxy {
        /** Runs its check to the end; returns its exit code. For worker threads. */
        int check();

        /** Runs its reload to the end; returns its exit code. For worker threads. */
        int reload();

        /** Whether there is a process that would have to read the files again. */
        boolean runs();

        /** The routes were refused, with a reason; those of before stay. */
        void keptBack(String why);
    }

    /**
     * How one route stands. Immutable.
     *
     * @param name of the route
     * @param service whose instances are called
     * @param age since when nobody confirmed what the proxy has; empty while it has nothing
     */
    public record State(String name, String service, Optional<Duration> age) {}

    /** One file, the list behind it, and what was last found good. */
    private static final class Kept {
        private final Route route;
        private final RouteTemplate template;
        private final RouteFile file;
        private final Optional<ServiceView> view;
        private Optional<String> good;
        private Instant knownUntil;
        private Instant noted;

        Kept(Route route, Path folder, Optional<ServiceView> view) throws IOException {
            this.route = route;
            this.view = view;
            this.template = new RouteTemplate(
                    route.template().isPresent()
                            ? Files.readString(route.template().get())
                            : RouteTemplate.NGINX);
            this.file = RouteFile.open(route.file(), folder.resolve(route.name()));
            this.good = file.good();
            this.knownUntil = good.isPresent() ? file.knownUntil() : Instant.EPOCH;
            this.noted = knownUntil;
        }

        Optional<String> wanted() {
            return view.flatMap(ServiceView::current)
                    .map(ServiceSnapshot::serving)
                    .map(serving -> template.fill(route.service(), route.endpoint(), serving));
        }
    }

    /**
     * Goes on with the files as they were last found good.
     *
     * @param folder of the keeper's copies, which has to exist
     * @param views the live list of a route; none without a registry
     * @throws IOException when a file cannot be read or written
     */
    public Routes(
            List<Route> routes,
            Path folder,
            Function<Route, Optional<ServiceView>> views,
            Proxy proxy,
            InstantSource clock,
            Executor workers,
            Executor loop)
            throws IOException {
        this.proxy = proxy;
        this.clock = clock;
        this.workers = workers;
        this.loop = loop;
        for (Route route : routes) {
            all.add(new Kept(route, folder, views.apply(route)));
        }
    }

    /** Time passes: what the registry says by now is offered, or confirmed. */
    public void tick() {
        if (busy) {
            return;
        }
        Map<Kept, String> changed = new LinkedHashMap<>();
        for (Kept kept : all) {
            kept.wanted().ifPresent(text -> {
                if (kept.good.equals(Optional.of(text))) {
                    confirm(kept);
                } else {
                    changed.put(kept, text);
                }
            });
        }
        if (changed.isEmpty()) {
            return;
        }
        if (!changed.equals(refused) || !clock.instant().isBefore(retryAt)) {
            busy = true;
            boolean runs = proxy.runs();
            workers.execute(() -> offer(changed, runs));
        }
    }

    /** How each route stands. */
    public List<State> states() {
        return all.stream()
                .map(kept -> new State(
                        kept.route.name(),
                        kept.route.service(),
                        kept.good.map(text -> Duration.between(kept.knownUntil, clock.instant()))))
                .toList();
    }

    @Override
    public void close() {
        all.forEach(kept -> kept.view.ifPresent(ServiceView::close));
    }

    private void confirm(Kept kept) {
        Instant until = knownUntil(kept);
        if (until.isAfter(kept.knownUntil)) {
            kept.knownUntil = until;
        }
        if (!kept.knownUntil.isBefore(kept.noted.plus(CONFIRM))) {
            kept.noted = kept.knownUntil;
            try {
                kept.file.confirm(kept.knownUntil);
            } catch (IOException e) {
                LOG.warn("until when {} was known cannot be noted: {}", kept.route.file(), e.toString());
            }
        }
    }

    /** Until when the list is known to be right; of one whose age is not known, nothing is claimed. */
    private Instant knownUntil(Kept kept) {
        Instant now = clock.instant();
        Duration age = kept.view.orElseThrow().age();
        return age.compareTo(Duration.between(Instant.EPOCH, now)) > 0 ? Instant.EPOCH : now.minus(age);
    }

    // ---- on a worker's thread --------------------------------------------------------------------------------------

    private void offer(Map<Kept, String> changed, boolean runs) {
        String problem = "";
        try {
            for (var each : changed.entrySet()) {
                each.getKey().file.offer(each.getValue());
            }
            int code = proxy.check();
            problem = code == 0 ? "" : "the check ended with " + code;
            for (var each : changed.entrySet()) {
                if (code == 0) {
                    each.getKey().file.accept(each.getValue(), knownUntil(each.getKey()));
                } else {
                    each.getKey().file.refuse(each.getValue());
                }
            }
            int reloaded = code == 0 && runs ? proxy.reload() : 0;
            if (reloaded != 0) {
                LOG.warn("the routes are good, but the reload ended with {}", reloaded);
            }
        } catch (IOException | RuntimeException e) {
            problem = e.toString();
        }
        String why = problem;
        loop.execute(() -> offered(changed, why));
    }

    // ---- on the keeper's -------------------------------------------------------------------------------------------

    private void offered(Map<Kept, String> changed, String problem) {
        busy = false;
        if (problem.isEmpty()) {
            refused = Map.of();
            changed.forEach((kept, text) -> {
                LOG.info("the routes to {} are others: {}", kept.route.service(), kept.route.file());
                kept.good = Optional.of(text);
                kept.knownUntil = knownUntil(kept);
                kept.noted = kept.knownUntil;
            });
            return;
        }
        retryAt = clock.instant().plus(RETRY);
        if (!changed.equals(refused)) {
            refused = changed;
            proxy.keptBack("the new routes to "
                    + String.join(
                            ", ",
                            changed.keySet().stream()
                                    .map(kept -> kept.route.service())
                                    .toList())
                    + " are kept back, those of before stay: " + problem);
        }
    }
}
