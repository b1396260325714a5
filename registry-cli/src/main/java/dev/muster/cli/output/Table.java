// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Aligned lines of text under a header. A column is as wide as the widest cell it has met, and never shrinks. Not safe
 * for use by several threads.
 */
final class Table<T> {
    private static final String GAP = "  ";

    private final Columns<T> columns;
    private final int[] widths;

    Table(Columns<T> columns) {
        this.columns = columns;
        this.widths = columns.headers().stream().mapToInt(Table::width).toArray();
    }

    /** The header, as wide as what was met so far. */
    String header() {
        return line(columns.headers());
    }

    /** Makes room for these things. */
    void fit(List<T> things) {
        for (T thing : things) {
            List<String> cells = columns.humanCells(thing);
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(cells.get(i)));
            }
        }
    }

    /** One thing. */
    String line(T thing) {
        return line(columns.humanCells(thing));
    }

    private String line(List<String> cells) {
        return IntStream.range(0, widths.length)
                .mapToObj(i -> pad(cells.get(i), i))
                .collect(Collectors.joining(GAP))
                .stripTrailing();
    }

    private String pad(String cell, int column) {
        String space = " ".repeat(widths[column] - width(cell));
        return columns.isRightAligned(column) ? space + cell : cell + space;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
