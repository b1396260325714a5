// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set: its name, what it means, and how its text is read.
 *
 * @param name as written in a file and, behind {@code --}, on the command line
 * @param meaning one line for people
 * @param example a text that can be read
 * @param fallback the text that holds when nothing is set; null: it must be set, or follows from other keys
 * @param parser reads the text, or throws an IllegalArgumentException whose message says what is expected
 */
record Key<T>(
        String name,
        String meaning,
        String example,
        @Nullable String fallback,
        Function<String, T> parser) {

    /** Its environment variable. */
    String variable() {
        return "MUSTER_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Its command-line flag. */
    String flag() {
        return "--" + name;
    }

    /** A key that has to be set, or follows from others. */
    static <T> Key<T> of(String name, String meaning, String example, Function<String, T> parser) {
        return new Key<>(name, meaning, example, null, parser);
    }

    /** A key with a value of its own. */
    static <T> Key<T> withDefault(String name, String meaning, String fallback, Function<String, T> parser) {
        return new Key<>(name, meaning, fallback, fallback, parser);
    }
}
