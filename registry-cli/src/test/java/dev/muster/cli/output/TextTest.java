// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TextTest {
    @Test
    void ordinaryTextOfAnyLanguageStays() {
        assertThat(Text.cell("Zürich 東京 \uD83D\uDE80 שלום")).isEqualTo("Zürich 東京 \uD83D\uDE80 שלום");
    }

    @Test
    void everyControlAndFormatCharacterIsEscaped() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE) {
                assertThat(Text.cell(new String(new int[] {c}, 0, 1)))
                        .as("U+%04X", c)
                        .matches("(\\\\[tnr]|(\\\\u[0-9a-f]{4}){1,2})");
            }
        }
    }

    @Test
    void bidiControlsAreAmongThem() {
        for (char c : "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069".toCharArray()) {
            assertThat(Text.line("a" + c)).isEqualTo("a\\u%04x", (int) c);
        }
    }

    @Test
    void escapedAndTypedAreToldApart() {
        assertThat(Text.cell("\t")).isEqualTo("\\t");
        assertThat(Text.cell("\\t")).isEqualTo("\\\\t");
    }

    @Test
    void jsonKeepsItsMeaningAndItsLayout() {
        assertThat(Text.json("{\n  \"a\": \"\\n\u202e\u0090\"\n}")).isEqualTo("{\n  \"a\": \"\\n\\u202e\\u0090\"\n}");
    }
}
