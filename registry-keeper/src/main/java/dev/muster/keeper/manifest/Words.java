// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the words of manifests and options are read. A refusal is an IllegalArgumentException that says what is expected. */
public final class Words {
    static final Duration DAY = Duration.ofDays(1);

    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9_-]|\\.(?!\\.)){0,61}[a-z0-9]|[a-z0-9]");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(KiB|MiB|GiB)");

    private Words() {}

    /** Whether {@link #name} takes it. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** A name of a unit, service or host. */
    public static String name(String text) {
        if (!isName(text)) {
            throw new IllegalArgumentException("1 to 63 of a-z, 0-9, '.', '_', '-'");
        }
        return text;
    }

    static String text(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a text");
        }
        return text;
    }

    static Function<String, Integer> number(int least, int most) {
        return text -> {
            String expected = "a number from " + least + " to " + most;
            try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(expected, e);
            }
            throw new IllegalArgumentException(expected);
        };
    }

    static int port(String text) {
        return number(1, HIGHEST_PORT).apply(text);
    }

    /** A time with its unit, within bounds. */
    public static Function<String, Duration> duration(Duration least, Duration most) {
        return text -> {
            Matcher matcher = DURATION.matcher(text);
            if (matcher.matches()) {
                long count = Long.parseLong(matcher.group(1));
                Duration duration = switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                };
                if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                    return duration;
                }
            }
            throw new IllegalArgumentException("a number with ms, s, m or h, from " + least.toMillis() + "ms to "
                    + most.toMillis() + "ms, for instance 5s");
        };
    }

    static long size(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a number with KiB, MiB or GiB, for instance 512MiB");
        }
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            default -> 30;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    /** The known word that is most like an unknown one. */
    static String nearest(String unknown, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(word -> distance(unknown, word)))
                .orElse("");
    }

    /** How many letters have to be added, dropped or changed to make one word of the other. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
