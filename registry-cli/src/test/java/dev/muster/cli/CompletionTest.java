// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionTest {
    @Test
    void bashCompletesCommandsWithTheScript(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")));
        Path script = folder.resolve("completion.sh");
        Files.writeString(script, new Shell().run("completion", "bash").data());
        assertThat(complete(script, "muster", "")).contains("status", "services", "server", "completion");
        assertThat(complete(script, "muster", "services", "de")).containsOnlyOnce("deregister");
        assertThat(complete(script, "muster", "events", "tail", "--s")).contains("--service", "--since");
        assertThat(complete(script, "muster", "services", "watch", "--c")).contains("--count");
    }

    /** What bash offers for the last of these words. */
    private static String complete(Path script, String... words) throws IOException {
        String program =
                "set -e; compopt() { :; }; shopt -s progcomp; source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                        + " _complete_muster; echo \"${COMPREPLY[@]}\"";
        ProcessBuilder bash = new ProcessBuilder("/bin/bash", "-c", program, script.toString());
        bash.command().addAll(List.of(words));
        Process process = bash.redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
