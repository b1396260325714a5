// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import dev.muster.server.config.ServerConfig.Member;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the texts of a configuration are read. A refusal is an IllegalArgumentException that says what is expected. */
final class Texts {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}|[0-9a-fA-F:.]{2,45}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12}) ?(KiB|MiB|GiB)?");

    private Texts() {}

    static String name(String text) {
        return matching(NAME, text, "lower-case letters, digits, '.', '_' and '-', up to 63, for instance n1");
    }

    static String host(String text) {
        return matching(HOST, text, "a DNS name or an IP address, without a port");
    }

    static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    static Path folder(String text) {
        try {
            return Path.of(matching(Pattern.compile(".+"), text, "a path"))
                    .toAbsolutePath()
                    .normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("a path", e);
        }
    }

    static Function<String, Integer> integer(int min, int max) {
        return text -> {
            try {
                return Math.toIntExact(between(Long.parseLong(text), min, max));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("a number from " + min + " to " + max, e);
            }
        };
    }

    static Function<String, Duration> duration(Duration min, Duration max) {
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
                if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
                    return duration;
                }
            }
            throw new IllegalArgumentException(
                    "a number with ms, s, m or h, from " + text(min) + " to " + text(max) + ", for instance 30s");
        };
    }

    static Function<String, Long> size(long min, long max) {
        return text -> {
            Matcher matcher = SIZE.matcher(text);
            if (matcher.matches()) {
                String unit = matcher.group(2) == null ? "" : matcher.group(2);
                int shift = switch (unit) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    default -> 0;
                };
                long count = Long.parseLong(matcher.group(1));
                if (count >= min >> shift && count <= max >> shift) {
                    return count << shift;
                }
            }
            throw new IllegalArgumentException("bytes, or a number with KiB, MiB or GiB, from " + bytes(min) + " to "
                    + bytes(max) + ", for instance 64MiB");
        };
    }

    /** Comma-separated {@code name=host:port}; ordered by name. */
    static List<Member> members(String text) {
        List<Member> members = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", 2);
            if (sides.length < 2) {
                throw new IllegalArgumentException(
                        "name=host:port of every first member, for instance n1=10.0.0.1:7440, n2=10.0.0.2:7440; not "
                                + part.strip());
            }
            try {
                members.add(new Member(name(sides[0]), HostPort.parse(sides[1])));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("in " + part.strip() + ": " + e.getMessage(), e);
            }
        }
        members.sort(Comparator.comparing(Member::name));
        return List.copyOf(members);
    }

    private static String matching(Pattern pattern, String text, String expected) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(expected);
        }
        return text;
    }

    private static long between(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 3_600_000 == 0
                ? millis / 3_600_000 + "h"
                : millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    private static String bytes(long bytes) {
        return bytes % (1L << 30) == 0 ? (bytes >> 30) + "GiB" : (bytes >> 10) + "KiB";
    }
}
