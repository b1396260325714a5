// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ArchitectureDocTest {
    private static final int MOST_STEPS = 10;
    private static final int MOST_LINES = 300;
    private static final Pattern TYPE_NAME = Pattern.compile("[A-Z][a-z]\\w+");

    private final Document architecture = Document.of("docs/ARCHITECTURE.md");
    private final Names names = new Names();

    @Test
    void theStraightLineHasFewStepsAndEachNamesAMethod() {
        List<String> steps = Document.items(
                architecture.section("The straight line: from `client.register(...)` to a watcher on another node"));

        assertThat(steps).hasSizeBetween(5, MOST_STEPS);
        assertThat(steps)
                .allSatisfy(
                        step -> assertThat(Document.references(step)).as(step).isNotEmpty());
    }

    @Test
    void everyMethodThatIsNamedExists() {
        assertThat(explaining().flatMap(document -> Document.references(document.text()).stream()))
                .hasSizeGreaterThan(30)
                .allSatisfy(reference ->
                        assertThat(names.problem(reference)).as(reference).isNull());
    }

    @Test
    void everyTypeThatIsNamedExists() {
        assertThat(explaining()
                        .flatMap(document -> Document.code(document.prose()).stream())
                        .filter(word -> TYPE_NAME.matcher(word).matches()))
                .hasSizeGreaterThan(50)
                .allMatch(names::know, "is the name of a class, a message or a service");
    }

    @Test
    void aWrongNameWouldBeFound() {
        assertThat(names.problem("Registry#apply")).isNull();
        assertThat(names.problem("LiveView#instances")).as("inherited").isNull();
        assertThat(names.problem("Registry#applied")).contains("no such method");
        assertThat(names.problem("Register#apply")).contains("no such class");
        assertThat(names.problem("Session#submit")).contains("which one of");
        assertThat(names.know("NodeReport")).isTrue();
        assertThat(names.know("NoSuchName")).isFalse();
    }

    @Test
    void itIsShortEnoughToBeRead() {
        assertThat(architecture.text().lines()).hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    private Stream<Document> explaining() {
        return Stream.concat(
                Stream.of(architecture, Document.of("docs/EVENTS.md"), Document.of("docs/KEEPER.md")),
                DecisionsTest.decisions());
    }
}
