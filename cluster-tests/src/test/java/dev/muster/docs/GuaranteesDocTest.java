// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class GuaranteesDocTest {
    private static final Pattern FIGURE = Pattern.compile("\\d");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| [^|]+ \\| `([A-Za-z#]+)` \\|$");
    private static final Pattern TEST = Pattern.compile("(?m)^test: (.*)$");

    private final Document guarantees = Document.of("docs/GUARANTEES.md");
    private final TestSources tests = new TestSources();

    @Test
    void everyPromiseHasAFigureAndNamesTestsThatExist() {
        assertThat(Document.items(guarantees.section("Promises")))
                .hasSizeGreaterThan(10)
                .allSatisfy(promise -> {
                    assertThat(CODE.matcher(promise).replaceAll("")).as(promise).containsPattern(FIGURE);
                    assertThat(Document.references(promise))
                            .as(promise)
                            .isNotEmpty()
                            .allMatch(tests::has, "is a test that runs");
                });
    }

    @Test
    void theTableOfPlantedBugsNamesEachPatchWithItsTest() {
        Map<String, String> patches = Repository.files(".patch").stream()
                .collect(Collectors.toMap(
                        file -> String.valueOf(file.getFileName()).replace(".patch", ""),
                        file -> TEST.matcher(Repository.read(file))
                                .results()
                                .map(match -> match.group(1))
                                .findFirst()
                                .orElseThrow()));

        List<MatchResult> rows =
                ROW.matcher(guarantees.section("Planted bugs")).results().toList();

        assertThat(rows.stream().collect(Collectors.toMap(row -> row.group(1), row -> row.group(2))))
                .isEqualTo(patches);
        assertThat(patches.values()).allMatch(tests::has, "is a test that runs");
    }

    @Test
    void whatIsNotPromisedIsSaid() {
        assertThat(Document.items(guarantees.section("What is not promised"))).hasSizeGreaterThan(5);
    }
}
