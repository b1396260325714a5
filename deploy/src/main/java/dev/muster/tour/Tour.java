// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.MusterClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/**
 * The tour's programs.
 *
 * <ul>
 *   <li>{@code run} registers a service of its own, finds and calls it through another node, and then writes
 *       registrations without end. It says {@code writing} on standard output when it is in full swing. At the line
 *       {@code enough} on standard input it stops writing and says {@code written}; at the end of input it takes back
 *       all that it registered, and ends.
 *   <li>{@code verify} reads every acknowledged registration back from every node, while {@code run} still keeps them.
 *       Ends with 1 when one is missing or when the nodes do not agree.
 *   <li>{@code fall} has the {@link Demo} that a keeper keeps fall, and waits until it is there again.
 *   <li>{@code train} lets the nodes {@code n1} and {@code n2} lead in turn, under load: {@code muster archive} needs
 *       that.
 * </ul>
 *
 * <p>What was acknowledged goes from one to the other by a file, so that the second believes nothing but what the first
 * was told by the registry. Words for people go to standard error, results to standard output.
 */
public final class Tour {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int INVALID = 3;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);

    private final List<String> endpoints;
    private final Path acked;

    private Tour(List<String> endpoints, Path folder) throws IOException {
        this.endpoints = endpoints;
        this.acked = Files.createDirectories(folder).resolve("acked.txt");
    }

    /** Runs one of the programs. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws IOException, InterruptedException {
        Map<String, String> options = new TreeMap<>();
        for (int i = 1; i + 1 < arguments.size(); i += 2) {
            options.put(arguments.get(i), arguments.get(i + 1));
        }
        String endpoints = options.get("--endpoints");
        if (endpoints != null && arguments.get(0).equals("train")) {
            return train(List.of(endpoints.split(",")));
        }
        String folder = options.get("--dir");
        if (endpoints == null || folder == null) {
            return usage();
        }
        Tour tour = new Tour(List.of(endpoints.split(",")), Path.of(folder));
        return switch (arguments.get(0)) {
            case "run" -> tour.registerAndWrite();
            case "fall" -> tour.fall();
            case "verify" -> tour.verify(Long.parseLong(options.getOrDefault("--killed-at", "0")));
            default -> usage();
        };
    }

    private static int usage() {
        System.err.println(
                "usage: muster tour run|verify|fall|train --endpoints HOST:PORT,... [--dir DIR] [--killed-at MILLIS]");
        return INVALID;
    }

    private static int train(List<String> endpoints) throws InterruptedException {
        try (MusterClient client = connect("training", endpoints)) {
            new Training(client).work(List.of("n1", "n2"));
        }
        return OK;
    }

    private int registerAndWrite() throws IOException, InterruptedException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (MusterClient client = connect("tour", endpoints);
                Greeter greeter = Greeter.start()) {
            greeter.register(client);
            greeter.findAndCallThrough(endpoints.get(endpoints.size() > 1 ? 1 : 0));
            try (AckLog log = AckLog.create(acked, Clock.systemUTC());
                    Load load = new Load(client, log)) {
                load.awaitFullSwing();
                System.out.println("writing");
                awaitOrder(orders);
                load.stop();
                System.err.printf(
                        "  %d writes acknowledged, %d refused or of unknown fate%n", log.count(), load.failures());
            }
            System.out.println("written");
            awaitOrder(orders);
        }
        return OK;
    }

    /** Waits for a line, or for the end of input. */
    private static void awaitOrder(BufferedReader orders) throws IOException {
        orders.readLine();
    }

    private int verify(long killedAtMillis) throws IOException, InterruptedException {
        List<Ack> acks = AckLog.read(acked);
        boolean equal;
        try (MusterClient client = connect("tour-verify", endpoints)) {
            equal = new Agreement(client.cluster()).awaitAndPrint();
        }
        ReadBack readBack = new ReadBack(acks);
        for (String endpoint : endpoints) {
            try (MusterClient client = connect("tour-verify", List.of(endpoint))) {
                readBack.from(endpoint, client);
            }
        }
        System.out.printf("acknowledged  %d%n", acks.size());
        System.out.printf(
                "lost          %d, each read back from %d nodes, linearizable and local%n",
                readBack.lost().size(), endpoints.size());
        readBack.lost().entrySet().stream()
                .limit(5)
                .forEach(
                        lost -> System.out.printf("              %s is missing: %s%n", lost.getKey(), lost.getValue()));
        if (killedAtMillis > 0) {
            System.out.printf(
                    "gap           %d ms, the longest time without an acknowledged write once the leader was killed%n",
                    Ack.longestGapMillis(acks, killedAtMillis));
        }
        return equal && !acks.isEmpty() && readBack.lost().isEmpty() ? OK : FAILED;
    }

    private int fall() throws InterruptedException {
        try (MusterClient client = connect("tour-fall", endpoints)) {
            Falls falls = new Falls(client);
            falls.kill();
            falls.runOutOfMemory();
            return OK;
        } catch (TimeoutException e) {
            System.err.println("  " + e.getMessage());
            return FAILED;
        }
    }

    private static MusterClient connect(String name, List<String> endpoints) {
        return MusterClient.builder()
                .clientName(name)
                .endpoints(endpoints.toArray(String[]::new))
                .requestTimeout(REQUEST_TIMEOUT)
                .connect();
    }
}
