// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a JVM is started: its arguments, and those variables of its environment that add options. Pure; immutable.
 *
 * <p>A JVM takes its options from {@code JAVA_TOOL_OPTIONS}, then {@code JDK_JAVA_OPTIONS}, then the command line, then
 * {@code _JAVA_OPTIONS}; the last that sets a size wins. On the command line only what stands before the main class or
 * {@code -jar} is an option of the JVM. A program that is not {@code java} itself, or one whose options stand in an
 * {@code @file}, can set sizes behind our back, so there only {@code _JAVA_OPTIONS} is sure to win.
 *
 * @param argv the executable and its arguments
 * @param environment what is set for the process, complete or only what the manifest adds
 */
public record LaunchLine(List<String> argv, Map<String, String> environment) {
    private static final List<String> BEFORE_ARGV = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
    private static final String AFTER_ARGV = "_JAVA_OPTIONS";

    /** Options of the launcher whose value is the next argument. */
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--limit-modules",
            "--patch-module",
            "--enable-native-access",
            "--source",
            "-d",
            "--describe-module");

    /** Options of the launcher behind which the program begins. */
    private static final Set<String> PROGRAM = Set.of("-jar", "-m", "--module");

    /** Keeps copies. */
    public LaunchLine {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv: empty (expected: at least the executable)");
        }
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    /** The size in bytes that is set for this knob and wins; nothing if none is set or it is left to the JVM. */
    Optional<Long> size(MemoryKnob knob) {
        List<String> all = new ArrayList<>();
        BEFORE_ARGV.forEach(name -> all.addAll(words(name)));
        all.addAll(argv.subList(1, programIndex()));
        all.addAll(words(AFTER_ARGV));
        return all.stream()
                .flatMap(option -> knob.read(option).stream())
                .reduce((first, last) -> last)
                .filter(bytes -> bytes > 0);
    }

    /** The same with this size, in the place where it wins: in place of the old one if that stands there. */
    LaunchLine with(MemoryKnob knob, long bytes) {
        boolean late =
                words(AFTER_ARGV).stream().anyMatch(option -> knob.read(option).isPresent());
        if (late || !isPlainJava()) {
            Map<String, String> changed = new HashMap<>(environment);
            changed.put(AFTER_ARGV, String.join(" ", replacedOr(words(AFTER_ARGV), 0, knob, bytes, true)));
            return new LaunchLine(argv, changed);
        }
        int end = programIndex();
        List<String> changed = new ArrayList<>(replacedOr(argv.subList(0, end), 1, knob, bytes, false));
        changed.addAll(argv.subList(end, argv.size()));
        return new LaunchLine(changed, environment);
    }

    /** Replaces the last option of the knob, or adds one: at the end, or behind the executable. */
    private static List<String> replacedOr(List<String> options, int from, MemoryKnob knob, long bytes, boolean atEnd) {
        List<String> changed = new ArrayList<>(options);
        for (int i = changed.size() - 1; i >= from; i--) {
            if (knob.read(changed.get(i)).isPresent()) {
                changed.set(i, knob.option(bytes));
                return changed;
            }
        }
        changed.add(atEnd ? changed.size() : from, knob.option(bytes));
        return changed;
    }

    private boolean isPlainJava() {
        String executable = argv.get(0).substring(argv.get(0).lastIndexOf('/') + 1);
        return executable.equals("java")
                && argv.subList(1, programIndex()).stream().noneMatch(option -> option.startsWith("@"));
    }

    /** Where the program and its own arguments begin; the first argument if this is not {@code java}. */
    private int programIndex() {
        if (!argv.get(0).equals("java") && !argv.get(0).endsWith("/java")) {
            return 1;
        }
        int i = 1;
        while (i < argv.size()) {
            String option = argv.get(i);
            boolean isOption = option.startsWith("-") || option.startsWith("@");
            if (!isOption || PROGRAM.contains(option)) {
                return i;
            }
            i += WITH_VALUE.contains(option) ? 2 : 1;
        }
        return argv.size();
    }

    private List<String> words(String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s+", -1));
    }
}
