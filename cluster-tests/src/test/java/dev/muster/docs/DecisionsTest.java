// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DecisionsTest {
    private static final String INDEX = "README.md";
    private static final int LINES_OF_A_PAGE = 60;

    /** All decisions, in their order. */
    static Stream<Document> decisions() {
        return Repository.files(".md").stream()
                .filter(file -> Repository.name(file).startsWith("docs/adr/") && !file.endsWith(INDEX))
                .map(Document::of);
    }

    @Test
    void theIndexLinksEachOfThem() {
        List<String> files = decisions()
                .map(decision -> String.valueOf(decision.file().getFileName()))
                .toList();

        assertThat(Document.of("docs/adr/" + INDEX).links()).containsExactlyElementsOf(files);
    }

    @Test
    void theyAreNumberedWithoutAGap() {
        List<Document> all = decisions().toList();

        IntStream.range(0, all.size()).forEach(i -> {
            assertThat(String.valueOf(all.get(i).file().getFileName())).startsWith("%04d-".formatted(i + 1));
            assertThat(all.get(i).headings(1)).singleElement().asString().startsWith(i + 1 + ". ");
        });
    }

    @Test
    void eachSaysTheSameFiveThingsOnOnePage() {
        assertThat(decisions()).allSatisfy(decision -> {
            assertThat(decision.headings(2))
                    .containsExactly("Context", "Decision", "Consequences", "Rejected alternatives", "Reopen when");
            assertThat(decision.text().lines()).hasSizeLessThanOrEqualTo(LINES_OF_A_PAGE);
        });
    }
}
