// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class LinksTest {
    private static final Pattern ELSEWHERE = Pattern.compile("(?:https?|mailto):.*");
    private static final Pattern SCRIPT =
            Pattern.compile("(?:^|[ (`])(?:\\./)?((?:deploy|\\.ci)/[a-z.]+)(?=[ `)\"\\n]|$)");

    private final List<Document> documents =
            Repository.files(".md").stream().map(Document::of).toList();

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(documents)
                .hasSizeGreaterThan(10)
                .allSatisfy(document -> assertThat(document.links().stream()
                                .filter(link -> !ELSEWHERE.matcher(link).matches()))
                        .as(document.toString())
                        .allMatch(link -> leadsSomewhere(document, link)));
    }

    @Test
    void everyScriptThatIsNamedCanBeRun() {
        assertThat(documents.stream()
                        .flatMap(document -> SCRIPT.matcher(document.text()).results()))
                .isNotEmpty()
                .extracting(match -> match.group(1))
                .allMatch(script -> Files.isExecutable(Repository.path(script)));
    }

    @Test
    void linesOfProseFitTheScreen() {
        assertThat(documents.stream()
                        .flatMap(document -> document.prose().lines())
                        .filter(line -> line.length() > 120 && !line.startsWith("|") && !line.contains("://")))
                .as("lines longer than 120 characters")
                .isEmpty();
    }

    private static boolean leadsSomewhere(Document from, String link) {
        int hash = link.indexOf('#');
        String name = hash < 0 ? link : link.substring(0, hash);
        Path target =
                name.isEmpty() ? from.file() : from.file().resolveSibling(name).normalize();
        return Files.exists(target)
                && (hash < 0 || Document.of(target).anchors().contains(link.substring(hash + 1)));
    }
}
