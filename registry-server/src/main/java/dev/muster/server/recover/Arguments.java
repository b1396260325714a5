// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.recover;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param file to write
 * @param data to read
 */
record Arguments(Path file, Path data) {
    private static final String DATA = "--data";

    /** Null when they are not what is expected. */
    static @Nullable Arguments of(List<String> words) {
        Deque<String> left = new ArrayDeque<>(words);
        String file = null;
        String data = null;
        while (!left.isEmpty()) {
            String word = left.remove();
            if (word.equals(DATA) && data == null && !left.isEmpty()) {
                data = left.remove();
            } else if (word.startsWith(DATA + "=") && data == null) {
                data = word.substring(DATA.length() + 1);
            } else if (!word.startsWith("-") && file == null) {
                file = word;
            } else {
                return null;
            }
        }
        return file == null || data == null ? null : new Arguments(Path.of(file), Path.of(data));
    }
}
