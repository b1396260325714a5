// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All manifests of a folder, good and bad. A file that is wrong harms no other unit. Immutable.
 *
 * @param units the good ones, in an order in which each comes behind those it waits for
 * @param problems by unit, why the others cannot be used; each text names every problem, one a line
 */
public record Manifests(List<Manifest> units, Map<String, String> problems) {
    private static final String ENDING = ".yaml";
    private static final long LARGEST_FILE = 64 * 1024;

    /**
     * Reads every {@code *.yaml} of a folder, or one file. A file counts only when it and its folder belong to the user
     * of this process or to root, and nobody else may write them.
     *
     * @throws IOException when the folder cannot be read
     */
    public static Manifests read(Path place) throws IOException {
        Map<String, Manifest> good = new TreeMap<>();
        Map<String, String> bad = new TreeMap<>();
        for (Path file : files(place)) {
            String unit = unit(file);
            try {
                good.put(unit, one(unit, file));
            } catch (ManifestException e) {
                bad.put(unit, String.valueOf(e.getMessage()));
            }
        }
        if (Files.isDirectory(place)) {
            checkOrder(good, bad);
        }
        return new Manifests(ordered(good), bad);
    }

    private static List<Path> files(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        }
    }

    private static String unit(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    }

    private static Manifest one(String unit, Path file) throws ManifestException {
        Problems problems = new Problems(String.valueOf(file.getFileName()));
        try {
            Guard.problem(file).ifPresent(problems::add);
            Guard.problem(file.toAbsolutePath().resolveSibling("")).ifPresent(problems::add);
            if (Files.size(file) > LARGEST_FILE) {
                problems.add(Files.size(file) + " bytes (expected: up to " + LARGEST_FILE + ")");
            }
            problems.throwIfAny();
            return ManifestReader.read(unit, Files.readString(file), problems);
        } catch (IOException e) {
            problems.add("cannot be read: " + e);
            problems.throwIfAny();
            throw new IllegalStateException(e);
        }
    }

    /** Refuses units that wait for what is not there, or for themselves. */
    private static void checkOrder(Map<String, Manifest> good, Map<String, String> bad) {
        Map<String, Manifest> all = Map.copyOf(good);
        for (Manifest manifest : all.values()) {
            List<String> problems = new ArrayList<>();
            for (String other : manifest.after()) {
                if (!all.containsKey(other) && !bad.containsKey(other)) {
                    problems.add("after: " + other + " (expected: a unit of the same folder) [" + manifest.unit()
                            + ENDING + "]");
                }
            }
            circle(manifest.unit(), all)
                    .ifPresent(circle -> problems.add("after: a circle: " + String.join(" -> ", circle)
                            + " (expected: an order) [" + manifest.unit() + ENDING + "]"));
            if (!problems.isEmpty()) {
                good.remove(manifest.unit());
                bad.put(manifest.unit(), String.join("\n", problems));
            }
        }
    }

    /** The way from a unit back to itself, if there is one. */
    private static Optional<List<String>> circle(String unit, Map<String, Manifest> all) {
        return circle(unit, unit, all, new LinkedHashSet<>());
    }

    private static Optional<List<String>> circle(
            String from, String to, Map<String, Manifest> all, Set<String> passed) {
        Manifest manifest = all.get(from);
        if (manifest == null || !passed.add(from)) {
            return Optional.empty();
        }
        for (String next : manifest.after()) {
            if (next.equals(to)) {
                List<String> way = new ArrayList<>(passed);
                way.add(to);
                return Optional.of(way);
            }
            Optional<List<String>> found = circle(next, to, all, passed);
            if (found.isPresent()) {
                return found;
            }
        }
        passed.remove(from);
        return Optional.empty();
    }

    private static List<Manifest> ordered(Map<String, Manifest> units) {
        Set<Manifest> ordered = new LinkedHashSet<>();
        units.values().forEach(manifest -> place(manifest, units, ordered));
        return List.copyOf(ordered);
    }

    private static void place(Manifest manifest, Map<String, Manifest> units, Set<Manifest> ordered) {
        for (String before : manifest.after()) {
            Manifest other = units.get(before);
            if (other != null && !ordered.contains(other)) {
                place(other, units, ordered);
            }
        }
        ordered.add(manifest);
    }
}
