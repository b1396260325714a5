// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the command line of {@code muster keeper run}. All problems are told at once. For one thread. */
final class Options {
    static final String HELP = """
            muster keeper run [OPTIONS]
              --manifests FOLDER       the units to keep, one *.yaml each (/etc/muster/keeper)
              --data FOLDER            what the keeper has to remember (/var/lib/muster-keeper)
              --endpoints HOST:PORT,.. client ports of the nodes; "none": without a registry
                                       (MUSTER_ENDPOINTS, else 127.0.0.1:7440,127.0.0.1:7450,127.0.0.1:7460)
              --host NAME              by which this keeper is listed (the host's name)
              --archive FOLDER         bundles of incidents (bundles in --data)
              --namespace NAME         of units that name none (default)
              --lease DURATION         how long units stay listed while no keeper runs, 1s to 1h (10s)
              --ports FIRST-LAST       given to endpoints with port: auto (22000-22999)
              --daemon                 runs in the background and watches itself, where no init system does;
                                       its output is in keeper.log, its process id in keeper.pid of --data
            muster keeper validate FILE|FOLDER
              reads manifests and says what is wrong""";

    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final int HIGHEST_PORT = 65_535;
    /** A socket's path has to fit into 108 bytes. */
    private static final int LONGEST_FOLDER = 90;

    private final Map<String, String> given = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Options() {}

    /**
     * Reads the arguments behind {@code run}.
     *
     * @throws IllegalArgumentException whose message names every problem, one a line
     */
    static KeeperConfig read(List<String> arguments, Map<String, String> environment) {
        Options options = new Options();
        options.collect(arguments);
        int[] ports = options.get("ports", "22000-22999", Options::ports);
        Path data = options.get("data", "/var/lib/muster-keeper", Options::dataFolder);
        KeeperConfig config = new KeeperConfig(
                options.get("manifests", "/etc/muster/keeper", Options::folder),
                data,
                options.get("archive", data.resolve("bundles").toString(), Options::folder),
                options.get(
                        "endpoints",
                        environment.getOrDefault("MUSTER_ENDPOINTS", "127.0.0.1:7440,127.0.0.1:7450,127.0.0.1:7460"),
                        Options::endpoints),
                options.get("host", hostName(), Words::name),
                options.get("namespace", "default", Function.identity()),
                options.get("lease", "10s", Words.duration(Duration.ofSeconds(1), Duration.ofHours(1))),
                ports[0],
                ports[1]);
        options.given.keySet().forEach(name -> options.problems.add("--" + name + ": unknown (see --help)"));
        if (!options.problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", options.problems));
        }
        return config;
    }

    private void collect(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String[] sides = arguments.get(i).split("=", 2);
            if (!sides[0].startsWith("--")) {
                problems.add(arguments.get(i) + " (expected: --name value)");
            } else if (sides.length == 2) {
                given.put(sides[0].substring(2), sides[1]);
            } else if (i + 1 < arguments.size()) {
                given.put(sides[0].substring(2), arguments.get(++i));
            } else {
                problems.add(sides[0] + ": without a value");
            }
        }
    }

    private <T> T get(String name, String byDefault, Function<String, T> parser) {
        String text = given.remove(name);
        try {
            return parser.apply(text == null ? byDefault : text);
        } catch (IllegalArgumentException e) {
            problems.add("--" + name + ": " + text + " (expected: " + e.getMessage() + ")");
            return parser.apply(byDefault);
        }
    }

    private static Path folder(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a folder");
        }
        return Path.of(text).toAbsolutePath().normalize();
    }

    private static Path dataFolder(String text) {
        Path folder = folder(text);
        if (folder.toString().length() > LONGEST_FOLDER) {
            throw new IllegalArgumentException("a path of up to " + LONGEST_FOLDER + " characters");
        }
        return folder;
    }

    private static List<String> endpoints(String text) {
        return text.equals("none")
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    /** As a name of the registry: in lower case, and "host" if it cannot be one. */
    private static String hostName() {
        try {
            String name = Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT);
            return Words.isName(name) ? name : "host";
        } catch (IOException e) {
            return "host";
        }
    }

    private static int[] ports(String text) {
        Matcher matcher = PORTS.matcher(text);
        if (matcher.matches()) {
            int first = Integer.parseInt(matcher.group(1));
            int last = Integer.parseInt(matcher.group(2));
            if (first >= 1 && first <= last && last <= HIGHEST_PORT) {
                return new int[] {first, last};
            }
        }
        throw new IllegalArgumentException("the first and the last, for instance 22000-22999");
    }
}
