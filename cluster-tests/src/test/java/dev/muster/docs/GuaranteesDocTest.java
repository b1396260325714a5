// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuaranteesDocTest {
    private static final String NOT_PROMISED = "What is not promised";
    private static final String STORIES = "registry-core/src/test/resources/transcripts/";

    private final Document guarantees = Document.of("docs/GUARANTEES.md");
    private final TestSources tests = new TestSources();

    @Test
    void everyPromiseNamesTestsThatExist() {
        List<String> promises = guarantees.headings(2).stream()
                .filter(heading -> !heading.equals(NOT_PROMISED))
                .flatMap(heading -> Document.items(guarantees.section(heading)).stream())
                .toList();

        assertThat(promises)
                .hasSizeGreaterThan(20)
                .allSatisfy(promise -> assertThat(Document.references(promise))
                        .as(promise)
                        .isNotEmpty()
                        .allMatch(tests::has, "is a test that runs"));
    }

    @Test
    void everyStoryThatIsNamedExists() {
        assertThat(Document.code(guarantees.prose()).stream().filter(word -> word.endsWith(".txt")))
                .isNotEmpty()
                .allMatch(story -> Files.exists(Repository.path(STORIES + story)));
    }

    @Test
    void whatIsNotPromisedIsSaid() {
        assertThat(Document.items(guarantees.section(NOT_PROMISED))).hasSizeGreaterThan(5);
    }

    @Test
    void aTestThatIsMissingWouldBeFound() {
        assertThat(tests.has("GuaranteesDocTest#aTestThatIsMissingWouldBeFound"))
                .isTrue();
        assertThat(tests.has("GuaranteesDocTest#aTestThatIsMissing")).isFalse();
        assertThat(tests.has("NoSuchTest#aTestThatIsMissingWouldBeFound")).isFalse();
    }
}
