// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is shown of things of one kind: named columns in their order. Immutable: each method returns a copy with a column
 * more. A value that is absent is the empty text; people see a dash for it, unless it is a remark.
 */
public final class Columns<T> {
    private final List<Column<T>> columns;

    private Columns(List<Column<T>> columns) {
        this.columns = columns;
    }

    /** No column yet. */
    public static <T> Columns<T> none() {
        return new Columns<>(List.of());
    }

    /** A text. */
    public Columns<T> text(String header, Function<? super T, String> value) {
        return with(new Column<>(header, false, false, value, value));
    }

    /** A text that few things have: in a table the column appears only when one has it. */
    public Columns<T> remark(String header, Function<? super T, String> value) {
        return with(new Column<>(header, false, true, value, value));
    }

    /** A number, or another text that stands at the right edge. */
    public Columns<T> number(String header, Function<? super T, String> value) {
        return with(new Column<>(header, true, false, value, value));
    }

    /** A time span: for people in their units, for scripts in milliseconds. */
    public Columns<T> duration(String header, Function<? super T, Optional<Duration>> value) {
        return with(new Column<>(
                header,
                true,
                false,
                thing -> value.apply(thing).map(Durations::human).orElse(""),
                thing -> value.apply(thing).map(Columns::millis).orElse("")));
    }

    /** A moment, in UTC to the second for people and to the millisecond for scripts. */
    public Columns<T> time(String header, Function<? super T, Instant> value) {
        return with(new Column<>(
                header,
                false,
                false,
                thing -> seconds(value.apply(thing)),
                thing -> value.apply(thing).toString()));
    }

    /** A moment for people: in UTC to the second. */
    static String seconds(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Those columns that a table of these things shows. */
    Columns<T> shownFor(List<T> things) {
        return new Columns<>(columns.stream()
                .filter(column -> !column.remark
                        || things.stream()
                                .anyMatch(thing -> !column.human.apply(thing).isEmpty()))
                .toList());
    }

    List<String> headers() {
        return columns.stream().map(Column::header).toList();
    }

    boolean isRightAligned(int index) {
        return columns.get(index).rightAligned;
    }

    /** One thing as people read it. */
    List<String> humanCells(T thing) {
        return columns.stream().map(column -> column.humanCell(thing)).toList();
    }

    /** One thing as scripts read it. */
    List<String> rawCells(T thing) {
        return columns.stream()
                .map(column -> Text.cell(column.raw.apply(thing)))
                .toList();
    }

    private Columns<T> with(Column<T> column) {
        List<Column<T>> all = new ArrayList<>(columns);
        all.add(column);
        return new Columns<>(List.copyOf(all));
    }

    private static String millis(Duration duration) {
        return Durations.isUnknown(duration) ? "" : Long.toString(duration.toMillis());
    }

    private record Column<T>(
            String header,
            boolean rightAligned,
            boolean remark,
            Function<? super T, String> human,
            Function<? super T, String> raw) {
        String humanCell(T thing) {
            String cell = Text.cell(human.apply(thing));
            return cell.isEmpty() && !remark ? "-" : cell;
        }
    }
}
