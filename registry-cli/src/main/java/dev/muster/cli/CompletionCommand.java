// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code muster completion}: what makes a shell complete these commands. */
@Command(
        name = "completion",
        header = "Prints a script that makes the shell complete muster's commands.",
        description = "Use it with: source <(muster completion bash)")
final class CompletionCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            defaultValue = "bash",
            description = "bash, or zsh after 'autoload -U bashcompinit; bashcompinit'. Default: bash")
    private Shell shell = Shell.BASH;

    CompletionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.console()
                .data(AutoComplete.bash("muster", spec.root().commandLine()).stripTrailing());
        return ExitCode.OK.number();
    }

    /** The shells that the script is for: one script serves both. */
    enum Shell {
        BASH,
        ZSH;
    }
}
