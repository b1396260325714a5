// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads {@code --key=value}, {@code --key value} and, for what is true or false, {@code --key}. */
final class FlagReader {
    private static final List<String> KNOWN = Stream.concat(Keys.ALL.stream(), Stream.of(Keys.CONFIG))
            .map(Key::name)
            .toList();

    private final List<String> arguments;
    private final Problems problems;
    private final List<Setting> settings = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private int next;

    private FlagReader(List<String> arguments, Problems problems) {
        this.arguments = arguments;
        this.problems = problems;
    }

    static List<Setting> read(List<String> arguments, Problems problems) {
        FlagReader reader = new FlagReader(arguments, problems);
        while (reader.next < arguments.size()) {
            reader.readOne();
        }
        return reader.settings;
    }

    private void readOne() {
        String argument = arguments.get(next++);
        if (!argument.startsWith("--")) {
            problems.add(argument + ": unexpected argument (expected: --key=value)", "command line");
            return;
        }
        int equals = argument.indexOf('=');
        String key = argument.substring(2, equals < 0 ? argument.length() : equals);
        if (!KNOWN.contains(key)) {
            problems.add("--" + key + ": unknown (did you mean --" + Keys.nearest(key, KNOWN) + "?)", "command line");
            skipValue(equals);
        } else if (!seen.add(key)) {
            problems.add("--" + key + ": given twice", "command line");
            skipValue(equals);
        } else if (equals >= 0) {
            settings.add(new Setting(key, argument.substring(equals + 1), "--" + key));
        } else if (key.equals(Keys.INSECURE.name())) {
            settings.add(new Setting(key, isBool() ? arguments.get(next++) : "true", "--" + key));
        } else if (hasValue()) {
            settings.add(new Setting(key, arguments.get(next++), "--" + key));
        } else {
            problems.add("--" + key + ": has no value (expected: --" + key + "=value)", "command line");
        }
    }

    private void skipValue(int equals) {
        if (equals < 0 && hasValue()) {
            next++;
        }
    }

    private boolean hasValue() {
        return next < arguments.size() && !arguments.get(next).startsWith("--");
    }

    private boolean isBool() {
        return next < arguments.size() && List.of("true", "false").contains(arguments.get(next));
    }
}
