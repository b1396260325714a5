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
 * @param upToDamage whether what comes before a damage is wanted
 */
record Arguments(Path file, Path data, boolean upToDamage) {
    private static final String DATA = "--data";
    private static final String UP_TO_DAMAGE = "--up-to-damage";

    /** Null when they are not what is expected. */
    static @Nullable Arguments of(List<String> words) {
        Deque<String> left = new ArrayDeque<>(words);
        String file = null;
        String data = null;
        boolean upToDamage = false;
        while (!left.isEmpty()) {
            String word = left.remove();
            if (word.equals(DATA) && data == null && !left.isEmpty()) {
                data = left.remove();
            } else if (word.startsWith(DATA + "=") && data == null) {
                data = word.substring(DATA.length() + 1);
            } else if (word.equals(UP_TO_DAMAGE)) {
                upToDamage = true;
            } else if (!word.startsWith("-") && file == null) {
                file = word;
            } else {
                return null;
            }
        }
        return file == null || data == null ? null : new Arguments(Path.of(file), Path.of(data), upToDamage);
    }
}
