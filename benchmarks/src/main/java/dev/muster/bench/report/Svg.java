// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.Locale;

/** Draws rectangles, lines and words. Used by one thread. */
final class Svg {
    private final StringBuilder shapes = new StringBuilder();
    private final int width;
    private final int height;

    /** Where words stand at their point. */
    enum Anchor {
        START,
        END
    }

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    void box(double x, double y, double boxWidth, double boxHeight, String colour) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                x,
                y,
                boxWidth,
                boxHeight,
                colour));
    }

    void line(double x, double fromY, double toY) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#999\"/>%n",
                x,
                fromY,
                x,
                toY));
    }

    void words(double x, double y, Anchor anchor, String text) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor.name().toLowerCase(Locale.ROOT),
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n  <rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n%s</svg>%n",
                width,
                height,
                width,
                height,
                shapes);
    }
}
