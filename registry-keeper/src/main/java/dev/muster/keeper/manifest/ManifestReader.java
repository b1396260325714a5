// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import dev.muster.keeper.manifest.Manifest.Address;
import dev.muster.keeper.manifest.Manifest.Listing;
import dev.muster.keeper.manifest.Manifest.Memory;
import dev.muster.keeper.manifest.Manifest.Probe;
import dev.muster.keeper.manifest.Manifest.Restart;
import dev.muster.keeper.manifest.Manifest.Route;
import dev.muster.keeper.manifest.Manifest.Target;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Makes a {@link Manifest} of a text. Looks at the disk only for the program and the folder. For one thread. */
final class ManifestReader {
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final int MOST_ENDPOINTS = 16;
    private static final int MOST_ANSWERS = 20;
    private static final int HIGHEST_WEIGHT = 65_535;
    private static final int DEFAULT_WEIGHT = 100;
    private static final Pattern GRPC_SERVICE = Pattern.compile("[A-Za-z0-9_.-]{0,100}");
    private static final Pattern K_OF_N = Pattern.compile("([0-9]{1,2}) of ([0-9]{1,2})");

    private final String unit;
    private final Set<String> ports = new HashSet<>();

    private ManifestReader(String unit) {
        this.unit = unit;
    }

    /**
     * Reads one manifest.
     *
     * @throws ManifestException with all problems, if there is any
     */
    static Manifest read(String unit, String text, Problems problems) throws ManifestException {
        if (!Words.isName(unit)) {
            problems.add("the name of the unit: " + unit + " (expected: 1 to 63 of a-z, 0-9, '.', '_', '-')");
        }
        Optional<MappingNode> root = root(text, problems);
        problems.throwIfAny();
        Manifest manifest = new ManifestReader(unit).manifest(new Section("", root.orElseThrow(), problems));
        problems.throwIfAny();
        return manifest;
    }

    private static Optional<MappingNode> root(String text, Problems problems) {
        try {
            Optional<Node> root = new Compose(LoadSettings.builder().build()).composeString(text);
            if (root.orElse(null) instanceof MappingNode mapping) {
                return Optional.of(mapping);
            }
            problems.add("not a manifest (expected: lines of key: value)");
        } catch (YamlEngineException e) {
            problems.add("not YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Manifest manifest(Section top) {
        Kind kind = top.get("kind", Kind.SERVICE, ManifestReader::kind);
        Optional<Listing> listing = listing(top);
        Optional<Path> pidFile = top.find("pid-file", ManifestReader::absolute);
        Manifest manifest = new Manifest(
                unit,
                kind,
                argv(top, "argv", true),
                environment(top),
                folder(top),
                after(top),
                listing,
                pidFile,
                argv(top, "stop", false),
                argv(top, "reload", false),
                argv(top, "check", false),
                probe(top, "ready"),
                probe(top, "alive"),
                top.get("start", Duration.ofSeconds(90), Words.duration(SHORTEST, Words.DAY)),
                top.get(
                        "drain",
                        listing.isPresent() ? Duration.ofSeconds(2) : Duration.ZERO,
                        Words.duration(Duration.ZERO, Words.DAY)),
                top.get("grace", Duration.ofSeconds(10), Words.duration(SHORTEST, Words.DAY)),
                restart(top),
                memory(top),
                routes(top));
        top.end();
        if (!manifest.routes().isEmpty()
                && (manifest.check().isEmpty() || manifest.reload().isEmpty())) {
            top.refuse("routes", "without check or reload (expected: both, to try them and to have them read)");
        }
        return manifest;
    }

    private List<String> argv(Section section, String key, boolean needed) {
        List<String> argv = section.words(key);
        if (argv.isEmpty()) {
            if (needed && !section.has(key)) {
                section.refuse(key, "missing (expected: [/path/to/program, argument])");
            }
            return argv;
        }
        Path program = Path.of(argv.get(0));
        if (!program.isAbsolute() || !Files.isExecutable(program) || Files.isDirectory(program)) {
            section.refuse(key, program + " (expected: the absolute path of a program that can be executed)");
        }
        argv.forEach(word -> variables(section, key, word));
        return argv;
    }

    private Map<String, String> environment(Section top) {
        Map<String, String> environment = top.pairs("environment");
        environment.forEach((name, value) -> {
            if (name.isEmpty() || name.contains("=")) {
                top.refuse("environment", "name " + name + " (expected: a name without '=')");
            }
            variables(top, "environment", value);
        });
        return Map.copyOf(environment);
    }

    private static Path folder(Section top) {
        Path folder = top.get("folder", Path.of("/"), ManifestReader::absolute);
        if (!Files.isDirectory(folder)) {
            top.refuse("folder", folder + " (expected: a folder that exists)");
        }
        return folder;
    }

    private List<String> after(Section top) {
        List<String> after = top.words("after");
        for (String other : after) {
            if (!Words.isName(other) || other.equals(unit)) {
                top.refuse("after", other + " (expected: the name of another unit)");
            }
        }
        return after;
    }

    // ---- registration ---------------------------------------------------------------------------------------------

    private Optional<Listing> listing(Section top) {
        return top.section("register").map(section -> {
            Listing listing = new Listing(
                    section.get("namespace", "", Words::name),
                    section.need("service", Words::name),
                    section.get("id", unit, Words::name),
                    section.get("zone", "", Function.identity()),
                    section.get("version", "", Function.identity()),
                    section.get("weight", DEFAULT_WEIGHT, Words.number(1, HIGHEST_WEIGHT)),
                    Map.copyOf(section.pairs("metadata")),
                    endpoints(section));
            section.end();
            return listing;
        });
    }

    private List<Address> endpoints(Section register) {
        List<Address> endpoints = new ArrayList<>();
        register.section("endpoints").ifPresent(section -> {
            for (String name : section.keys()) {
                section.section(name).ifPresent(block -> endpoints.add(address(name, block)));
            }
        });
        if (endpoints.isEmpty() || endpoints.size() > MOST_ENDPOINTS) {
            register.refuse("endpoints", endpoints.size() + " (expected: 1 to " + MOST_ENDPOINTS + ")");
        }
        return List.copyOf(endpoints);
    }

    private Address address(String name, Section block) {
        ports.add(name);
        boolean given = block.find("port", Function.identity()).orElse("").equals("auto");
        Optional<Integer> fixed = given ? Optional.empty() : block.find("port", ManifestReader::portOrAuto);
        if (!block.has("port")) {
            block.refuse("port", "missing (expected: a port, or auto for one of the keeper's range)");
        }
        Address address = new Address(
                name,
                block.get("protocol", name, Words::name),
                block.need("host", Words::text),
                fixed.map(OptionalInt::of).orElse(OptionalInt.empty()));
        block.end();
        return address;
    }

    private static Integer portOrAuto(String text) {
        try {
            return Words.port(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", or auto", e);
        }
    }

    // ---- routes ---------------------------------------------------------------------------------------------------

    private static List<Route> routes(Section top) {
        List<Route> routes = new ArrayList<>();
        top.section("routes").ifPresent(section -> {
            for (String name : section.keys()) {
                section.section(name).ifPresent(block -> routes.add(route(name, block)));
            }
        });
        return List.copyOf(routes);
    }

    private static Route route(String name, Section block) {
        if (!Words.isName(name)) {
            block.refuse("service", "the route's name, " + name + " (expected: 1 to 63 of a-z, 0-9, '.', '_', '-')");
        }
        Optional<Path> file = block.find("file", ManifestReader::absolute);
        if (file.map(Path::getParent).filter(Files::isDirectory).isEmpty()) {
            block.refuse(
                    "file", "missing, or in no folder (expected: the absolute path of a file that the proxy reads)");
        }
        Optional<Path> template = block.find("template", ManifestReader::absolute);
        template.flatMap(Guard::problem).ifPresent(problem -> block.refuse("template", problem));
        Route route = new Route(
                name,
                block.get("namespace", "", Words::name),
                block.get("service", name, Words::name),
                block.get("endpoint", "", Words::name),
                file.orElse(Path.of("/")),
                template);
        block.end();
        return route;
    }

    // ---- probes ---------------------------------------------------------------------------------------------------

    private Optional<Probe> probe(Section top, String key) {
        return top.section(key).flatMap(section -> {
            List<Target> targets = Stream.of(tcp(section), http(section), grpc(section), exec(section))
                    .flatMap(Optional::stream)
                    .toList();
            int[] damping = section.get("failures", new int[] {2, 3}, ManifestReader::damping);
            Duration every = section.get("every", Duration.ofMillis(500), Words.duration(SHORTEST, Words.DAY));
            Duration timeout = section.get("timeout", Duration.ofSeconds(1), Words.duration(SHORTEST, Words.DAY));
            section.end();
            if (targets.size() != 1) {
                top.refuse(key, targets.size() + " targets (expected: one of tcp, http, grpc, exec)");
                return Optional.empty();
            }
            return Optional.of(new Probe(targets.get(0), every, timeout, damping[0], damping[1]));
        });
    }

    private Optional<Target> tcp(Section section) {
        return section.find("tcp", Function.identity()).map(address -> {
            String[] sides = hostAndPort(section, "tcp", address);
            return new Target.Tcp(sides[0], sides[1]);
        });
    }

    private Optional<Target> grpc(Section section) {
        return section.find("grpc", Function.identity()).map(text -> {
            String[] parts = text.split("/", 2);
            String[] sides = hostAndPort(section, "grpc", parts[0]);
            String service = parts.length == 1 ? "" : parts[1];
            if (!GRPC_SERVICE.matcher(service).matches()) {
                section.refuse("grpc", text + " (expected: host:port, or host:port/package.Service)");
            }
            return new Target.Grpc(sides[0], sides[1], service);
        });
    }

    private String[] hostAndPort(Section section, String key, String address) {
        variables(section, key, address);
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon <= 0 || !(port.startsWith("${") || port.matches("[0-9]{1,5}"))) {
            section.refuse(key, address + " (expected: host:port, for instance 127.0.0.1:${port.http})");
        }
        return new String[] {address.substring(0, Math.max(colon, 0)), port};
    }

    private Optional<Target> http(Section section) {
        return section.find("http", Function.identity()).map(url -> {
            variables(section, "http", url);
            if (!isHttp(url.replaceAll("\\$\\{[^}]*}", "1"))) {
                section.refuse("http", url + " (expected: a URL, for instance http://127.0.0.1:${port.http}/health)");
            }
            return new Target.Http(url);
        });
    }

    private Optional<Target> exec(Section section) {
        List<String> argv = argv(section, "exec", false);
        return argv.isEmpty() ? Optional.empty() : Optional.of(new Target.Exec(argv));
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = URI.create(url);
            return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int[] damping(String text) {
        Matcher matcher = K_OF_N.matcher(text);
        if (matcher.matches()) {
            int k = Integer.parseInt(matcher.group(1));
            int n = Integer.parseInt(matcher.group(2));
            if (k >= 1 && k <= n && n <= MOST_ANSWERS) {
                return new int[] {k, n};
            }
        }
        throw new IllegalArgumentException("so many of the last so many, up to " + MOST_ANSWERS + ": 2 of 3");
    }

    // ---- policies -------------------------------------------------------------------------------------------------

    private static Restart restart(Section top) {
        Restart byDefault = new Restart(Duration.ofSeconds(1), Duration.ofSeconds(30), 5, Duration.ofMinutes(1));
        return top.section("restart")
                .map(section -> {
                    Restart restart = new Restart(
                            section.get("backoff", byDefault.backoff(), Words.duration(SHORTEST, Words.DAY)),
                            section.get("most", byDefault.most(), Words.duration(SHORTEST, Words.DAY)),
                            section.get("budget", byDefault.budget(), Words.number(0, 1_000)),
                            section.get(
                                    "window", byDefault.window(), Words.duration(Duration.ofSeconds(1), Words.DAY)));
                    section.end();
                    return restart;
                })
                .orElse(byDefault);
    }

    private static Memory memory(Section top) {
        Memory byDefault = new Memory(15, Optional.empty(), 3);
        return top.section("memory")
                .map(section -> {
                    Memory memory = new Memory(
                            section.get("growth", byDefault.growthPercent(), Words.number(1, 100)),
                            section.find("cap", Words::size),
                            section.get("restarts", byDefault.restarts(), Words.number(0, 100)));
                    section.end();
                    return memory;
                })
                .orElse(byDefault);
    }

    private static Kind kind(String text) {
        return switch (text) {
            case "service" -> Kind.SERVICE;
            case "technical" -> Kind.TECHNICAL;
            default -> throw new IllegalArgumentException("service or technical");
        };
    }

    private static Path absolute(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("an absolute path");
        }
        return path;
    }

    private void variables(Section section, String key, String text) {
        Template.unknown(text, ports)
                .ifPresent(unknown -> section.refuse(
                        key, unknown + " (expected: ${port.NAME} of an endpoint; endpoints here: " + ports + ")"));
    }
}
