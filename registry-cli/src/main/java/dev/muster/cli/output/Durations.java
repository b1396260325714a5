// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write and read them: {@code 250ms}, {@code 4.2s}, {@code 1h30m}. Stateless. */
public final class Durations {
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern WHOLE = Pattern.compile("(?:" + PART.pattern() + ")+");

    private Durations() {}

    /**
     * The duration that is written so: one or more numbers, each followed by ms, s, m, h or d.
     *
     * @throws IllegalArgumentException when it is written otherwise
     */
    public static Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(text + " (expected: a duration such as 500ms, 5s or 1h30m)");
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            sum = sum.plus(Long.parseLong(part.group(1)), unit(part.group(2)));
        }
        return sum;
    }

    /** Whether it stands for "nobody knows". */
    public static boolean isUnknown(Duration duration) {
        return duration.equals(ChronoUnit.FOREVER.getDuration());
    }

    /** Its two largest units, for people. */
    public static String human(Duration duration) {
        if (isUnknown(duration)) {
            return "unknown";
        }
        if (duration.toSeconds() == 0) {
            return duration.toMillis() + "ms";
        }
        if (duration.toSeconds() < 10) {
            return duration.toSeconds() + "." + duration.toMillisPart() / 100 + "s";
        }
        if (duration.toMinutes() == 0) {
            return duration.toSeconds() + "s";
        }
        if (duration.toHours() == 0) {
            return duration.toMinutes() + "m" + duration.toSecondsPart() + "s";
        }
        if (duration.toDays() == 0) {
            return duration.toHours() + "h" + duration.toMinutesPart() + "m";
        }
        return duration.toDays() + "d" + duration.toHoursPart() + "h";
    }

    private static ChronoUnit unit(String name) {
        return switch (name) {
            case "ms" -> ChronoUnit.MILLIS;
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
    }
}
