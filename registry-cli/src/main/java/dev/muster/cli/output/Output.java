// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where commands put their results: the one place that knows the three formats. Data that could not be written is a
 * {@link java.io.UncheckedIOException}. Safe for use by any number of threads, except for a {@link Feed}.
 */
public final class Output {
    private final Format format;
    private final Console console;

    /** An output in one format. */
    public Output(Format format, Console console) {
        this.format = format;
        this.console = console;
    }

    /** Whether a person reads it. */
    public boolean isTable() {
        return format == Format.TABLE;
    }

    /** Tells the user one line beside the data. */
    public void talk(String line) {
        console.talk(line);
    }

    /** Things of one kind; as JSON the one document that holds them all. */
    public <T> void list(Columns<T> columns, List<T> things, Supplier<JsonObject> document) {
        switch (format) {
            case TABLE, SIMPLE ->
                new Feed<>(columns.shownFor(things), thing -> simple(columns.rawCells(thing))).add(things);
            case JSON -> console.data(JsonText.page(document.get()));
        }
    }

    /** The one result of an order: a sentence for people, some cells for scripts. */
    public void result(String sentence, List<String> cells, Supplier<JsonObject> document) {
        console.data(
                switch (format) {
                    case TABLE -> Text.line(sentence);
                    case JSON -> JsonText.page(document.get());
                    case SIMPLE -> simple(cells.stream().map(Text::cell).toList());
                });
    }

    /** Things that come one after the other; as JSON one object per line. */
    public <T> Feed<T> feed(Columns<T> columns, Function<? super T, JsonObject> json) {
        return new Feed<>(
                columns,
                format == Format.JSON
                        ? thing -> JsonText.line(json.apply(thing))
                        : thing -> simple(columns.rawCells(thing)));
    }

    private static String simple(List<String> cells) {
        return String.join("\t", cells);
    }

    /** Lines of one kind, one after the other. Not safe for use by several threads. */
    public final class Feed<T> {
        private final Table<T> table;
        private final Function<? super T, String> rawLine;
        private boolean headed;

        private Feed(Columns<T> shown, Function<? super T, String> rawLine) {
            this.table = new Table<>(shown);
            this.rawLine = rawLine;
        }

        /** Writes these things, one line each, before it returns. */
        public void add(List<T> things) {
            if (!things.isEmpty()) {
                Stream<String> lines =
                        isTable() ? tableLines(things) : things.stream().map(rawLine);
                console.data(lines.collect(Collectors.joining("\n")));
            }
        }

        private Stream<String> tableLines(List<T> things) {
            table.fit(things);
            Stream<String> header = headed ? Stream.empty() : Stream.of(table.header());
            headed = true;
            return Stream.concat(header, things.stream().map(table::line));
        }
    }
}
