// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
    private static final Columns<String[]> COLUMNS = Columns.<String[]>none()
            .text("NAME", cells -> cells[0])
            .number("SIZE", cells -> cells[1])
            .remark("WHY", cells -> cells[2]);

    private final StringWriter data = new StringWriter();
    private final Output output =
            new Output(Format.TABLE, new Console(new PrintWriter(data), new PrintWriter(new StringWriter())));

    @Test
    void numbersStandAtTheRightAndNoLineEndsInSpace() {
        list(new String[] {"a", "1", ""}, new String[] {"long-name", "12345", ""});
        assertThat(data.toString()).isEqualTo("NAME        SIZE\na              1\nlong-name  12345\n");
    }

    @Test
    void remarkIsAColumnOnlyWhenSomethingIsRemarked() {
        list(new String[] {"a", "", ""}, new String[] {"b", "2", "broken"});
        assertThat(data.toString()).isEqualTo("NAME  SIZE  WHY\na        -\nb        2  broken\n");
    }

    @Test
    void widthCountsCharactersNotHalves() {
        list(new String[] {"\uD83D\uDE80\uD83D\uDE80\uD83D\uDE80\uD83D\uDE80\uD83D\uDE80", "1", ""});
        assertThat(data.toString()).startsWith("NAME   SIZE\n");
    }

    @Test
    void emptyListIsNoHeaderEither() {
        list();
        assertThat(data.toString()).isEmpty();
    }

    private void list(String[]... things) {
        output.list(COLUMNS, List.of(things), () -> new JsonFields().toObject());
    }
}
