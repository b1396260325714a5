// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster completion}: what makes a shell complete these commands. */
@Command(
        name = "completion",
        header = "Prints a script that makes the shell complete muster's commands.",
        description = "Use it with: source <(muster completion bash)")
final class CompletionCommand implements Callable<Integer> {
    private final Context context;
    private final CommandLine top;

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            defaultValue = "bash",
            description = "bash, or zsh after 'autoload -U bashcompinit; bashcompinit'. Default: bash")
    private Shell shell = Shell.BASH;

    CompletionCommand(Context context, CommandLine top) {
        this.context = context;
        this.top = top;
    }

    @Override
    public Integer call() {
        String script = switch (shell) {
            // zsh runs what bash runs once its bashcompinit is loaded.
            case BASH, ZSH -> AutoComplete.bash("muster", top);
        };
        context.console().data(script.stripTrailing());
        return ExitCode.OK.number();
    }

    /** The shells that can use a script. */
    enum Shell {
        BASH,
        ZSH
    }
}
