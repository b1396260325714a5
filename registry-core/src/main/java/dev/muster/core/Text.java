// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

/**
 * Rules for text that comes from outside.
 *
 * <p>Names are safe in URLs, file names, DNS and shells; free text is safe to print: no control or direction characters
 * and no broken surrogates. Written by hand, as they run for every command on every node. Stateless, thus thread-safe.
 */
final class Text {
    private static final int MAX_QUOTED_CHARS = 64;

    private Text() {}

    /** Lower-case letters, digits, '.', '_', '-'; begins and ends with a letter or digit; no "..". */
    static void name(String field, String value, int maxChars) {
        if (!isName(value, maxChars)) {
            throw Rejection.invalid(
                    field,
                    value,
                    "1 to " + maxChars
                            + " of a-z, 0-9, '.', '_', '-', begins and ends with a letter or digit, no '..'");
        }
    }

    /** Any printable text up to so many characters. */
    static void free(String field, String value, int maxChars) {
        if (value.length() > maxChars && value.codePointCount(0, value.length()) > maxChars) {
            throw Rejection.invalid(field, value, "at most " + maxChars + " characters");
        }
        printable(field, value);
    }

    /** Any printable text. */
    static void printable(String field, String value) {
        if (!isPrintable(value)) {
            throw Rejection.invalid(field, value, "no control or direction characters, whole surrogate pairs");
        }
    }

    /** A DNS name or an IP address that others can reach. */
    static void host(String field, String value) {
        boolean address = value.indexOf(':') >= 0;
        if (value.isEmpty() || value.length() > Limits.MAX_HOST_CHARS || !isHost(value, address)) {
            throw Rejection.invalid(
                    field, value, "a DNS name or an IP address, 1 to " + Limits.MAX_HOST_CHARS + " characters");
        }
        if (isUnspecified(value)) {
            throw Rejection.invalid(field, value, "an address that callers can reach, not the unspecified one");
        }
    }

    /** The value between quotes, shortened, with all that is not printable ASCII escaped. */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(value.length(), MAX_QUOTED_CHARS); i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                quoted.append(c);
            } else {
                quoted.append("\\u");
                String hex = Integer.toHexString(c);
                quoted.append("0".repeat(4 - hex.length())).append(hex);
            }
        }
        return quoted.append(value.length() > MAX_QUOTED_CHARS ? "...\"" : "\"").toString();
    }

    private static boolean isName(String value, int maxChars) {
        int length = value.length();
        if (length == 0 || length > maxChars || !isAlphanumeric(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < length; i++) {
            char c = value.charAt(i);
            boolean mark = c == '_' || c == '-' || (c == '.' && value.charAt(i - 1) != '.');
            if (!mark && !isAlphanumeric(c)) {
                return false;
            }
        }
        return isAlphanumeric(value.charAt(length - 1));
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean isHost(String value, boolean address) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (address ? !isAddressPart(c) : !isDnsPart(c)) {
                return false;
            }
        }
        return address || (isDnsEdge(value.charAt(0)) && !value.contains(".."));
    }

    private static boolean isAddressPart(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    }

    private static boolean isDnsPart(char c) {
        return isDnsEdge(c) || c == '-' || c == '.';
    }

    private static boolean isDnsEdge(char c) {
        return isAlphanumeric(c) || (c >= 'A' && c <= 'Z') || c == '_';
    }

    /** 0.0.0.0 and ::, however they are spelled. */
    private static boolean isUnspecified(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '0' && c != '.' && c != ':') {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintable(String value) {
        int i = plainChars(value);
        while (i < value.length()) {
            int point = value.codePointAt(i);
            if (Character.isISOControl(point) || isSurrogate(point) || isInvisible(point)) {
                return false;
            }
            i += Character.charCount(point);
        }
        return true;
    }

    /** How many characters at the front are printable ASCII; mostly all. */
    private static int plainChars(String value) {
        int i = 0;
        while (i < value.length() && value.charAt(i) >= ' ' && value.charAt(i) < 0x7f) {
            i++;
        }
        return i;
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    /** Line and paragraph separators, marks and overrides of direction, the byte order mark. */
    private static boolean isInvisible(int point) {
        return (point >= 0x2028 && point <= 0x202e)
                || (point >= 0x2066 && point <= 0x2069)
                || point == 0x200e
                || point == 0x200f
                || point == 0x061c
                || point == 0xfeff;
    }
}
