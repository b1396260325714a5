// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The names that documents may use: classes of the modules with their methods, and what the schema declares. */
final class Names {
    private static final Pattern DECLARED =
            Pattern.compile("(?m)^\\s*(?:[\\w@()]+ )*(?:class|record|enum|interface) (\\w+)");
    private static final Pattern MESSAGE = Pattern.compile("(?m)^\\s*(?:message|service|enum) (\\w+)");
    private static final Pattern MAIN = Pattern.compile(".*/src/main/java/(.+)\\.java");

    /** Names of others that have to be spoken of. */
    private static final Set<String> FOREIGN = Set.of("SimpleStateMachineStorage", "LongSupplier");

    private final List<String> classes = Repository.files(".java").stream()
            .map(file -> MAIN.matcher(file.toString()))
            .filter(java.util.regex.Matcher::matches)
            .map(path -> path.group(1).replace('/', '.'))
            .toList();

    private final Set<String> simple = Stream.of(
                    declared(".java", DECLARED), declared(".proto", MESSAGE), FOREIGN.stream())
            .flatMap(names -> names)
            .collect(Collectors.toCollection(LinkedHashSet::new));

    /** Whether there is a class, a message or a service of that name. */
    boolean know(String name) {
        return simple.contains(name);
    }

    /** What is wrong with a reference, or null when it names a method of one class. */
    @Nullable
    String problem(String reference) {
        String name = reference.substring(0, reference.indexOf('#'));
        String method = reference.substring(reference.indexOf('#') + 1);
        List<String> found =
                classes.stream().filter(one -> ("." + one).endsWith("." + name)).toList();
        if (found.size() != 1) {
            return reference + ": " + (found.isEmpty() ? "no such class" : "which one of " + found + "?");
        }
        return has(found.get(0), method) ? null : reference + ": " + found.get(0) + " has no such method";
    }

    private static boolean has(String className, String method) {
        try {
            return methods(Class.forName(className, false, Names.class.getClassLoader()))
                    .anyMatch(one -> one.getName().equals(method));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Stream<Method> methods(Class<?> type) {
        Stream<Method> inherited = Stream.concat(
                        Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()))
                .flatMap(Names::methods);
        return Stream.concat(Arrays.stream(type.getDeclaredMethods()), inherited);
    }

    private static Stream<String> declared(String ending, Pattern pattern) {
        return Repository.files(ending).stream()
                .map((Path file) -> Repository.read(file))
                .flatMap(text -> pattern.matcher(text).results().map(match -> match.group(1)));
    }
}
