// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The registry, told as stories: {@code src/test/resources/transcripts/*.txt}.
 *
 * <p>A paragraph is one line for the registry, {@code ----}, and what comes of it; lines that begin with {@code #} are for
 * the reader. All invariants are checked after each line. {@code -Dmuster.transcripts.rewrite=true} writes down what
 * comes of the lines now; read the difference before you keep it.
 */
final class TranscriptTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "transcripts");
    private static final String SEPARATOR = "----\n";

    @TestFactory
    Stream<DynamicTest> everyStoryGoesAsWritten() throws IOException {
        List<Path> stories;
        try (Stream<Path> files = Files.list(FOLDER)) {
            stories = files.sorted().toList();
        }
        assertThat(stories).hasSizeGreaterThan(5);
        return stories.stream()
                .map(story -> DynamicTest.dynamicTest(String.valueOf(story.getFileName()), () -> run(story)));
    }

    private static void run(Path story) {
        try {
            String written = Files.readString(story);
            String told = retell(written);
            if (Boolean.getBoolean("muster.transcripts.rewrite")) {
                Files.writeString(story, told);
            } else {
                assertThat(told).isEqualTo(written);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String retell(String written) {
        Transcript transcript = new Transcript();
        StringBuilder told = new StringBuilder();
        String between = "";
        for (String paragraph : written.split("\n\n", -1)) {
            told.append(between).append(retell(transcript, paragraph));
            between = "\n";
        }
        return told.toString();
    }

    private static String retell(Transcript transcript, String paragraph) {
        StringBuilder told = new StringBuilder();
        for (String line : paragraph.split("\n", -1)) {
            if (line.equals("----")) {
                return told.toString();
            }
            told.append(line).append('\n');
            if (!line.startsWith("#")) {
                return told.append(SEPARATOR).append(transcript.tell(line)).toString();
            }
        }
        return told.toString();
    }
}
