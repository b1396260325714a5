// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.recover;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArgumentsTest {
    private static final Arguments EXPECTED = new Arguments(Path.of("left.backup"), Path.of("/data"), false);

    @ParameterizedTest
    @ValueSource(strings = {"left.backup --data /data", "--data /data left.backup", "--data=/data left.backup"})
    void fileAndFolderInAnyOrder(String line) {
        assertThat(Arguments.of(List.of(line.split(" ")))).isEqualTo(EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "left.backup",
                "--data /data",
                "left.backup --data",
                "left.backup other --data /data",
                "left.backup --data /data --data /other",
                "left.backup --date /data"
            })
    void anythingElseIsNotUnderstood(String line) {
        assertThat(Arguments.of(List.of(line.split(" ")))).isNull();
    }

    @Test
    void damageHasToBeAcceptedInWords() {
        assertThat(Arguments.of(List.of("left.backup", "--up-to-damage", "--data", "/data")))
                .isEqualTo(new Arguments(Path.of("left.backup"), Path.of("/data"), true));
    }

    @Test
    void nothingIsNotUnderstood() {
        assertThat(Arguments.of(List.of())).isNull();
    }
}
