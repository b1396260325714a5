// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Console;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program without the process around it: all commands under their names, and what becomes of their failures. Every
 * failure is one line on the error output and an exit code. Not safe for use by several threads.
 */
final class Program {
    private static final String NO_SUBCOMMAND = "missing required subcommand";

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
        return exitCode == ExitCode.OK.number() ? flush() : exitCode;
    }

    /** What picocli wrote by itself, such as help, may still be on its way. */
    private int flush() {
        try {
            console.flush();
            return ExitCode.OK.number();
        } catch (UncheckedIOException e) {
            return fail(e);
        }
    }

    private CommandLine commands(MusterCommand top, Context context) {
        CommandLine line = new CommandLine(top);
        Help.addOptions(line);
        line.addSubcommand(new StatusCommand(context))
                .addSubcommand(new ServicesCommand(context))
                .addSubcommand(new KeysCommand(context))
                .addSubcommand(new EventsCommand(context))
                .addSubcommand(new ExplainCommand(context))
                .addSubcommand(new FailoversCommand(context))
                .addSubcommand(new MembersCommand(context))
                .addSubcommand(new LeaderCommand(context))
                .addSubcommand(new SnapshotCommand(context))
                .addSubcommand(new BackupCommand(context))
                .addSubcommand(new HashCommand(context))
                .addSubcommand(new BenchCommand(context))
                .addSubcommand(new DrillCommand(context))
                .addSubcommand(new KeeperCommand(context))
                .addSubcommand(new ServerCommand())
                .addSubcommand(new RecoverCommand())
                .addSubcommand(new ArchiveCommand())
                .addSubcommand(new VersionCommand(context))
                .addSubcommand(new CompletionCommand(context, line));
        Converters.register(line);
        Help.lookAlike(line);
        return line.setOut(console.dataWriter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(this::refuse)
                .setExecutionExceptionHandler((problem, command, parsed) -> fail(problem));
    }

    /** The command line itself is wrong. */
    private int refuse(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        console.talk(what(problem, command) + ": see '" + name + " --help'");
        trace(problem);
        return ExitCode.INVALID.number();
    }

    /** In picocli's words, but as all other lines: beginning with what was wrong. */
    private static String what(ParameterException problem, CommandLine command) {
        String message = lowerFirst(String.valueOf(problem.getMessage()));
        if (problem instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            return near.isEmpty() ? message : message + " (did you mean " + String.join(" or ", near) + "?)";
        }
        if (message.startsWith(NO_SUBCOMMAND)) {
            return command.getCommandSpec().qualifiedName() + ": command missing (expected: "
                    + command.getSubcommands().keySet().stream().collect(Collectors.joining(", ")) + ")";
        }
        return message;
    }

    private static String lowerFirst(String message) {
        return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }

    /** The command could not do what it was asked. */
    private int fail(Exception problem) {
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
