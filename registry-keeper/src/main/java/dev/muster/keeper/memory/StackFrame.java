// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line {@code at package.Class.method(...)} of a stack trace or a thread dump. Immutable.
 *
 * @param className the class, with its package, without module and class loader
 */
record StackFrame(String className, String methodName) {
    /** A hidden class, as those of lambdas, has an address behind a slash, too. */
    private static final Pattern LINE = Pattern.compile(
            "^\\s+at (?:[^/\\s($]*/){0,2}" + "(?<class>[\\w.$]+(?:/0x[0-9a-f]+)?)\\.(?<method>[\\w$<>]+)\\(.*\\)\\s*$");

    private static final List<String> LIBRARY = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");
    private static final String LAMBDA = "$$Lambda";

    static Optional<StackFrame> parse(String line) {
        Matcher frame = LINE.matcher(line);
        return frame.matches()
                ? Optional.of(new StackFrame(frame.group("class"), frame.group("method")))
                : Optional.empty();
    }

    /** Whether somebody wrote this as a part of the program: no class of the JDK, no call into a lambda. */
    boolean isProgram() {
        return LIBRARY.stream().noneMatch(className::startsWith) && !className.contains(LAMBDA);
    }

    ErrorSite site(ErrorSite.Source source) {
        return new ErrorSite(className, methodName, source);
    }
}
