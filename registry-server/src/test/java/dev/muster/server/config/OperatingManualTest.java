// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/OPERATING.md against the code: what an operator can set or meet stands in one of its tables. */
final class OperatingManualTest {
    private final List<String> lines = manual();

    @Test
    void everyKeyStandsInTheManualWithItsDefault() {
        assertThat(Keys.ALL).allSatisfy(key -> {
            String fallback = key.fallback();
            assertThat(lines)
                    .anyMatch(line -> line.startsWith("| `" + key.name() + "` |")
                            && (fallback == null || line.contains("| `" + fallback + "` |")));
        });
    }

    @Test
    void everyExitCodeStandsInTheManual() {
        assertThat(ExitCode.values())
                .allSatisfy(exit -> assertThat(lines)
                        .anyMatch(line -> line.startsWith("| " + exit.code() + " | " + exit.meaning())));
    }

    @Test
    void theManualHasNoKeyThatIsGone() {
        List<String> documented = lines.stream()
                .dropWhile(line -> !line.equals("## Keys"))
                .takeWhile(line -> !line.equals("## Presets"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`", -1)[1])
                .toList();
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of(Keys.CONFIG), Keys.ALL.stream())
                        .map(Key::name)
                        .toList());
        assertThat(Arrays.stream(Preset.values()).map(Preset::toString))
                .allSatisfy(preset -> assertThat(lines).anyMatch(line -> line.startsWith("| `" + preset + "` |")));
    }

    private static List<String> manual() {
        try {
            return Files.readAllLines(Path.of("../docs/OPERATING.md"));
        } catch (IOException e) {
            throw new AssertionError("docs/OPERATING.md (expected: readable from the module's folder)", e);
        }
    }
}
