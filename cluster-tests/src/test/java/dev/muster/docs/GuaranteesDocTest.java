// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class GuaranteesDocTest {
    private static final Pattern FIGURE = Pattern.compile("\\d");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| [^|]+ \\| `([A-Za-z#]+)` \\|$");
    private static final Pattern FILE = Pattern.compile("(?m)^--- a/");
    private static final Pattern HUNK = Pattern.compile("(?m)^@@ ");
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

    /** Or else a bug that is planted no more would pass for one that is caught. */
    @Test
    void eachPlantedBugStillFitsItsFile() {
        for (Path patch : Repository.files(".patch")) {
            List<String> files =
                    FILE.splitAsStream(Repository.read(patch)).skip(1).toList();
            assertThat(files).as("%s changes a file", patch).isNotEmpty();
            files.forEach(file -> assertFits(patch, file));
        }
    }

    private static void assertFits(Path patch, String file) {
        String source = Repository.read(Repository.path(file.lines().findFirst().orElseThrow()));
        assertThat(HUNK.splitAsStream(file).skip(1))
                .as("%s changes", patch)
                .isNotEmpty()
                .allSatisfy(hunk -> assertThat(source)
                        .contains(hunk.lines()
                                .skip(1)
                                .filter(line -> line.startsWith(" ") || line.startsWith("-"))
                                .map(line -> line.substring(1) + "\n")
                                .collect(Collectors.joining())));
    }

    @Test
    void whatIsNotPromisedIsSaid() {
        assertThat(Document.items(guarantees.section("What is not promised"))).hasSizeGreaterThan(5);
    }
}
