// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Console;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program without the process around it: all commands under their names, and what becomes of their failures. Every
 * failure is one line on the error output and an exit code. Not safe for use by several threads.
 */
final class Program {
    private final Map<String, String> environment;
    private final Console console;
    private final CommandLine commands;

    Program(
            Map<String, String> environment,
            Console console,
            Connector connector,
            StopSignal stop,
            LongSupplier nanoTime) {
        this.environment = environment;
        this.console = console;
        MusterCommand top = new MusterCommand();
        this.commands = commands(top, new Context(top.options(), environment, console, connector, stop, nanoTime));
    }

    /** Does what the command line says and returns the exit code. */
    int run(String... arguments) {
        if (arguments.length == 0) {
            return run("--help");
        }
        int exitCode = commands.execute(arguments);
        console.flush();
        return exitCode;
    }

    private CommandLine commands(MusterCommand top, Context context) {
        CommandLine line = new CommandLine(top)
                .addSubcommand(new StatusCommand(context))
                .addSubcommand(new ServicesCommand(context))
                .addSubcommand(new MembersCommand(context))
                .addSubcommand(new LeaderCommand(context))
                .addSubcommand(new SnapshotCommand(context))
                .addSubcommand(new HashCommand(context))
                .addSubcommand(new ServerCommand())
                .addSubcommand(new VersionCommand(context))
                .addSubcommand(new CompletionCommand(context));
        Converters.register(line);
        line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
        return line.setOut(console.dataWriter())
                .setUsageHelpWidth(110)
                .setUsageHelpLongOptionsMaxWidth(38)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExitCodeExceptionMapper(
                        failure -> Failures.explain(failure).exitCode().number())
                .setParameterExceptionHandler(this::refuse)
                .setExecutionExceptionHandler(this::fail);
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> all = new LinkedHashMap<>();
        Arrays.stream(ExitCode.values()).forEach(code -> all.put(Integer.toString(code.number()), code.meaning()));
        return all;
    }

    /** The command line itself is wrong. */
    private int refuse(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        console.talk(what(problem, command) + ": see '" + name + " --help'");
        trace(problem);
        return ExitCode.INVALID.number();
    }

    private static String what(ParameterException problem, CommandLine command) {
        String message = String.valueOf(problem.getMessage()).replace("\n", ", ");
        if (problem instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            return near.isEmpty() ? message : message + " (did you mean " + String.join(" or ", near) + "?)";
        }
        if (problem.getClass() == ParameterException.class
                && !command.getSubcommands().isEmpty()) {
            return command.getCommandSpec().qualifiedName() + ": command missing (expected: "
                    + command.getSubcommands().keySet().stream().collect(Collectors.joining(", ")) + ")";
        }
        return message;
    }

    /** The command could not do what it was asked. */
    private int fail(Exception problem, CommandLine command, ParseResult parsed) {
        CliException failure = Failures.explain(problem);
        console.talk(String.valueOf(failure.getMessage()));
        trace(problem);
        return failure.exitCode().number();
    }

    private void trace(Exception problem) {
        if (environment.getOrDefault("MUSTER_DEBUG", "").equals("1")) {
            console.trace(problem);
        }
    }
}
