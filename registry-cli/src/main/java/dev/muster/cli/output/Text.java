// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/**
 * Text made harmless for terminals and line-based tools. What others registered could otherwise move the cursor, recolour
 * or reorder what an operator reads, or break one line into two. Stateless.
 */
public final class Text {
    private Text() {}

    /** A value as one cell: unsafe characters and the backslash are escaped, so that no two values look alike. */
    public static String cell(String value) {
        return escape(value, true);
    }

    /** A line of talk: unsafe characters are escaped. */
    public static String line(String value) {
        return escape(value, false);
    }

    /** A JSON document of the same meaning without unsafe characters, except for the line breaks of its layout. */
    static String json(String document) {
        return document.lines()
                .map(line -> escape(line, false))
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
    }

    private static String escape(String value, boolean backslashToo) {
        if (value.codePoints().noneMatch(c -> isUnsafe(c) || c == '\\')) {
            return value;
        }
        StringBuilder escaped = new StringBuilder(value.length() + 16);
        value.codePoints().forEach(c -> {
            if (c == '\\' && backslashToo) {
                escaped.append("\\\\");
            } else if (isUnsafe(c)) {
                appendEscape(escaped, c);
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    private static void appendEscape(StringBuilder escaped, int codePoint) {
        switch (codePoint) {
            case '\t' -> escaped.append("\\t");
            case '\n' -> escaped.append("\\n");
            case '\r' -> escaped.append("\\r");
            default -> {
                for (char unit : Character.toChars(codePoint)) {
                    escaped.append(String.format("\\u%04x", (int) unit));
                }
            }
        }
    }

    /** Controls, invisible format characters (all bidi ones are among them), separators of lines, and broken halves. */
    private static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
