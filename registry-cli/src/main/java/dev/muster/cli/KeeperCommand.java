// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import com.google.gson.JsonObject;
import dev.muster.cli.output.IncidentView;
import dev.muster.cli.output.Output;
import dev.muster.cli.output.Text;
import dev.muster.cli.output.UnitView;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Unmatched;

/** {@code muster keeper}: what the keeper of this host runs, and what operators want of it. */
@Command(
        name = "keeper",
        header = "Talks to the keeper of this host, which keeps processes running.",
        description = {
            "A unit is what a manifest of the keeper defines. What is ordered here stays so when the keeper is",
            "restarted. Only the keeper's own user can give orders."
        },
        subcommands = {KeeperCommand.Run.class, KeeperCommand.Validate.class})
final class KeeperCommand {
    private static final String UNIT_HELP = "The unit.";
    private static final String DEFAULT_DATA = "/var/lib/muster-keeper";
    private static final int LARGEST_TAIL = 1024 * 1024;

    private final Context context;

    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "FOLDER",
            defaultValue = "${env:MUSTER_KEEPER_DATA:-" + DEFAULT_DATA + "}",
            description = {"The folder of the keeper. Default: MUSTER_KEEPER_DATA, or", DEFAULT_DATA})
    private @Nullable Path data;

    KeeperCommand(Context context) {
        this.context = context;
    }

    @Command(name = "ps", header = "Lists the units and how they stand.")
    int ps() {
        JsonObject answer = order("ps", null);
        List<JsonObject> units = UnitView.units(answer);
        Output output = context.output();
        output.list(UnitView.COLUMNS, units, () -> answer);
        if (units.isEmpty()) {
            output.talk("the keeper has no units: put manifests into its folder and restart it");
        }
        return ExitCode.OK.number();
    }

    @Command(name = "start", header = "Starts a unit, and forgets how often it failed.")
    int start(@Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit) {
        return tell("start", unit);
    }

    @Command(name = "stop", header = "Stops a unit; it stays stopped until it is started.")
    int stop(@Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit) {
        return tell("stop", unit);
    }

    @Command(name = "restart", header = "Stops a unit and starts it again.")
    int restart(@Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit) {
        return tell("restart", unit);
    }

    @Command(name = "reload", header = "Runs the check of a unit and then its reload command.")
    int reload(@Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit) {
        return tell("reload", unit);
    }

    @Command(
            name = "pause",
            header = "Leaves a unit alone for a while.",
            description = "It is not started when it ends, and not ended when it hangs, until the time is over.")
    int pause(
            @Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit,
            @Option(
                            names = "--for",
                            paramLabel = "DURATION",
                            defaultValue = "10m",
                            description = "How long, up to 1d. Default: 10m")
                    Duration length) {
        JsonObject order = object("pause", unit);
        order.addProperty("millis", length.toMillis());
        return said(unit, socket().order(order));
    }

    @Command(name = "resume", header = "Ends a pause.")
    int resume(@Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit) {
        return tell("resume", unit);
    }

    @Command(name = "logs", header = "Prints the last lines that a unit wrote.")
    int logs(
            @Parameters(paramLabel = "UNIT", description = UNIT_HELP) String unit,
            @Option(
                            names = "--lines",
                            paramLabel = "NUMBER",
                            defaultValue = "100",
                            description = "Not more than so many, 1 to 10000. Default: 100")
                    int count) {
        if (count < 1 || count > 10_000) {
            throw new CliException(ExitCode.INVALID, "--lines: " + count + " (expected: 1 to 10000)");
        }
        Path file = Path.of(order("log", unit).get("file").getAsString());
        List<String> lines = tail(file, count);
        if (!lines.isEmpty()) {
            context.console().data(lines.stream().map(Text::line).collect(Collectors.joining("\n")));
        }
        return ExitCode.OK.number();
    }

    @Command(name = "incidents", header = "Lists what happened to the units, the newest last.")
    int incidents(
            @Option(names = "--unit", paramLabel = "UNIT", description = "Of this unit only.") @Nullable String unit,
            @Option(
                            names = "--limit",
                            paramLabel = "NUMBER",
                            defaultValue = "20",
                            description = "Not more than the newest so many, 1 to 1000. Default: 20")
                    int limit) {
        JsonObject order = object("incidents", unit);
        order.addProperty("limit", limit);
        JsonObject answer = socket().order(order);
        context.output().list(IncidentView.COLUMNS, IncidentView.incidents(answer), () -> answer);
        return ExitCode.OK.number();
    }

    @Command(name = "incident", header = "Prints what happened in one incident, and where its bundle is.")
    int incident(@Parameters(paramLabel = "ID", description = "As 'incidents' shows it.") String id) {
        JsonObject order = object("incident", null);
        order.addProperty("id", id);
        JsonObject answer = socket().order(order);
        Output output = context.output();
        output.list(IncidentView.COLUMNS, IncidentView.incidents(answer), () -> answer);
        String bundle = answer.get("bundle").getAsString();
        output.talk(bundle.isEmpty() ? "it has no bundle" : "bundle: " + bundle);
        return ExitCode.OK.number();
    }

    private int tell(String verb, String unit) {
        return said(unit, order(verb, unit));
    }

    private int said(String unit, JsonObject answer) {
        String sentence = answer.get("said").getAsString();
        context.output().result(sentence, List.of(unit), () -> answer);
        return ExitCode.OK.number();
    }

    private JsonObject order(String verb, @Nullable String unit) {
        return socket().order(object(verb, unit));
    }

    private static JsonObject object(String verb, @Nullable String unit) {
        JsonObject order = new JsonObject();
        order.addProperty("do", verb);
        Optional.ofNullable(unit).ifPresent(name -> order.addProperty("unit", name));
        return order;
    }

    private KeeperSocket socket() {
        return new KeeperSocket(data == null ? Path.of(DEFAULT_DATA) : data);
    }

    private static List<String> tail(Path path, int count) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long from = Math.max(0, file.length() - LARGEST_TAIL);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            List<String> lines = new ArrayList<>(
                    new String(bytes, StandardCharsets.UTF_8).lines().toList());
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The keeper itself. */
    @Command(
            name = "run",
            header = "Runs the keeper itself; 'muster keeper run --help' has its own options.",
            customSynopsis = "muster keeper run [OPTIONS]")
    static final class Run implements Callable<Integer> {
        @Unmatched
        private final List<String> itsOwn = new ArrayList<>();

        @Override
        public Integer call() {
            throw new OtherProgram("the keeper", "keeper run").isElsewhere(itsOwn);
        }
    }

    /** The keeper's own check of its files. */
    @Command(
            name = "validate",
            header = "Checks manifests before a keeper reads them.",
            customSynopsis = "muster keeper validate FILE|FOLDER")
    static final class Validate implements Callable<Integer> {
        @Unmatched
        private final List<String> itsOwn = new ArrayList<>();

        @Override
        public Integer call() {
            throw new OtherProgram("the keeper", "keeper validate").isElsewhere(itsOwn);
        }
    }
}
