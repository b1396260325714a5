// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A history as one page that needs nothing else: a row for each client, a bar for each call, a shade for each fault, and a
 * mark where a promise was broken. Stateless.
 */
public final class Timeline {
    private static final int LEFT = 130;
    private static final int TOP = 40;
    private static final int ROW = 18;
    private static final double PIXELS_PER_SECOND = 60;
    private static final double NANOS = 1e9;
    private static final String STYLE =
            "body{font:13px sans-serif;margin:16px}svg{background:#fff;border:1px solid #ccc}"
                    + ".ok{fill:#3a9d5d}.judged{fill:#8bbf9f}.refused{fill:#e0b030}.unknown{fill:#9a5fc0}"
                    + ".fault{fill:#d33;opacity:.13}.mark{fill:none;stroke:#d00;stroke-width:3}"
                    + ".b{padding:1px 8px;margin-right:8px;color:#fff;display:inline-block}li{color:#b00;margin:3px 0}"
                    + ".scroll{overflow-x:auto}text{font:11px sans-serif}";

    private Timeline() {}

    /** Something to be marked, in the row of its client; a client that is not there gets a row. */
    public record Mark(String row, long at, String text) {}

    /** The page. */
    public static String html(String title, History history, List<Mark> marks) {
        List<Operation> operations = history.operations();
        List<Fault> faults = history.faults();
        long start = operations.stream().mapToLong(Operation::invoked).min().orElse(0);
        long end = operations.stream().mapToLong(Operation::returned).max().orElse(start);
        for (Fault fault : faults) {
            start = Math.min(start, fault.begun());
            end = Math.max(end, fault.healed());
        }
        Map<String, Integer> rows = new LinkedHashMap<>();
        operations.stream().map(Operation::client).sorted().forEach(client -> rows.putIfAbsent(client, rows.size()));
        marks.forEach(mark -> rows.putIfAbsent(mark.row(), rows.size()));
        Canvas canvas = new Canvas(start, end, rows);
        faults.forEach(canvas::fault);
        operations.forEach(canvas::bar);
        marks.forEach(canvas::mark);
        return "<!doctype html><meta charset=\"utf-8\"><title>" + escape(title) + "</title><style>" + STYLE
                + "</style><h3>" + escape(title) + "</h3><p>" + legend("#3a9d5d", "done")
                + legend("#8bbf9f", "refused by what was there") + legend("#e0b030", "refused or not answered")
                + legend("#9a5fc0", "unknown whether done") + legend("#e8a0a0", "a fault")
                + "A red frame is a broken promise. Point at anything to read it.</p>" + list(marks)
                + "<div class=\"scroll\">" + canvas.svg() + "</div>\n";
    }

    private static String legend(String colour, String text) {
        return "<span class=\"b\" style=\"background:" + colour + "\">" + text + "</span>";
    }

    private static String list(List<Mark> marks) {
        if (marks.isEmpty()) {
            return "<p>No promise was broken.</p>";
        }
        StringBuilder list = new StringBuilder("<ol>");
        marks.forEach(mark -> list.append("<li>").append(escape(mark.text())).append("</li>"));
        return list.append("</ol>").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Where things are on the page. */
    private static final class Canvas {
        private final long start;
        private final long end;
        private final Map<String, Integer> rows;
        private final List<String> shapes = new ArrayList<>();

        Canvas(long start, long end, Map<String, Integer> rows) {
            this.start = start;
            this.end = end;
            this.rows = rows;
            rows.forEach((name, row) -> shapes.add(text(4, y(row) + 12, name)));
            for (int second = 0; second <= (end - start) / NANOS; second += 5) {
                shapes.add(text(LEFT + second * PIXELS_PER_SECOND, 12, second + " s"));
            }
        }

        void fault(Fault fault) {
            double width = Math.max(2, x(fault.healed()) - x(fault.begun()));
            shapes.add(shape("fault", x(fault.begun()), TOP - 20, width, rows.size() * ROW + 24, fault.toString()));
            shapes.add(text(x(fault.begun()) + 2, TOP - 10, fault.kind() + " " + fault.target()));
        }

        void bar(Operation operation) {
            String colour = switch (operation.outcome()) {
                case OK -> "ok";
                case CONFLICT, ABSENT -> "judged";
                case REFUSED -> "refused";
                case UNKNOWN -> "unknown";
            };
            double width = Math.max(1, x(operation.returned()) - x(operation.invoked()));
            shapes.add(shape(
                    colour, x(operation.invoked()), y(row(operation.client())), width, ROW - 4, operation.toString()));
        }

        void mark(Mark mark) {
            double x = mark.at() == 0 ? LEFT : x(mark.at());
            shapes.add(shape("mark", x - 4, y(row(mark.row())) - 3, 12, ROW + 2, mark.text()));
        }

        String svg() {
            return String.format(
                    Locale.ROOT,
                    "<svg width=\"%.0f\" height=\"%d\">%s</svg>",
                    x(end) + 40,
                    TOP + rows.size() * ROW + 20,
                    String.join("\n", shapes));
        }

        private int row(String name) {
            return rows.getOrDefault(name, 0);
        }

        private double x(long time) {
            return LEFT + (time - start) / NANOS * PIXELS_PER_SECOND;
        }

        private static double y(int row) {
            return TOP + row * (double) ROW;
        }

        private static String text(double x, double y, String text) {
            return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x, y, escape(text));
        }

        private static String shape(String type, double x, double y, double width, double height, String title) {
            return String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>",
                    type,
                    x,
                    y,
                    width,
                    height,
                    escape(title));
        }
    }
}
