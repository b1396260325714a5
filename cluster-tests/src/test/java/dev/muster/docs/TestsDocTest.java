// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestsDocTest {
    private static final String STORIES = "registry-core/src/test/resources/transcripts/";

    private final Document shown = Document.of("docs/TESTS.md");
    private final TestSources tests = new TestSources();

    @Test
    void everySentenceNamesTestsThatExist() {
        List<String> sentences = shown.headings(2).stream()
                .flatMap(heading -> Document.items(shown.section(heading)).stream())
                .toList();

        assertThat(sentences)
                .hasSizeGreaterThan(100)
                .allSatisfy(sentence -> assertThat(Document.references(sentence))
                        .as(sentence)
                        .isNotEmpty()
                        .allMatch(tests::has, "is a test that runs"));
    }

    @Test
    void everyStoryThatIsNamedExists() {
        assertThat(Document.code(shown.prose()).stream().filter(word -> word.endsWith(".txt")))
                .isNotEmpty()
                .allMatch(story -> Files.exists(Repository.path(STORIES + story)));
    }

    @Test
    void aTestThatIsMissingWouldBeFound() {
        assertThat(tests.has("TestsDocTest#aTestThatIsMissingWouldBeFound")).isTrue();
        assertThat(tests.has("TestsDocTest#aTestThatIsMissing")).isFalse();
        assertThat(tests.has("NoSuchTest#aTestThatIsMissingWouldBeFound")).isFalse();
    }
}
