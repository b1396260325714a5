// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The tests of all modules, as their sources have them: other modules' tests are on no class path here. */
final class TestSources {
    private static final Pattern TEST = Pattern.compile("@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\\b.*");
    private static final String DISABLED = "@Disabled";

    private final List<Path> files = Repository.files("Test.java").stream()
            .filter(file -> Repository.name(file).contains("/src/test/java/"))
            .toList();

    /** Whether {@code Class#method} is a test that runs. */
    boolean has(String reference) {
        String name = reference.substring(0, reference.indexOf('#'));
        String method = reference.substring(reference.indexOf('#') + 1);
        return files.stream()
                .filter(file -> file.endsWith(name + ".java"))
                .anyMatch(file -> declares(Repository.read(file).lines().toList(), method));
    }

    private static boolean declares(List<String> lines, String method) {
        Pattern declaration = Pattern.compile("    (?!return )[\\w<>, ?]+ " + method + "\\(.*");
        for (int i = 0; i < lines.size(); i++) {
            if (declaration.matcher(lines.get(i)).matches() && isTest(lines, i)) {
                return true;
            }
        }
        return false;
    }

    /** Looks at the annotations above a line. */
    private static boolean isTest(List<String> lines, int declaration) {
        boolean test = false;
        for (int i = declaration - 1; i >= 0 && !lines.get(i).isBlank(); i--) {
            String line = lines.get(i).strip();
            if (line.startsWith(DISABLED)) {
                return false;
            }
            test |= TEST.matcher(line).matches();
        }
        return test;
    }
}
