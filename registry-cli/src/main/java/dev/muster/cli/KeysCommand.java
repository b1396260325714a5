// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.KeySetView;
import dev.muster.cli.output.KeyspaceView;
import dev.muster.cli.output.LedgerView;
import dev.muster.cli.output.Output;
import dev.muster.client.Key;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeySet;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster keys}: numbers that are handed out once, and what became of them. */
@Command(name = "keys", header = "Hands out numbers, each of them once.")
final class KeysCommand {
    private static final String NAME_HELP = "The keyspace.";

    private final Context context;

    KeysCommand(Context context) {
        this.context = context;
    }

    @Command(
            name = "create",
            header = "Creates a keyspace.",
            description = {
                "Numbers of 96 bits and more say by their upper bits to which history of the cluster they belong,",
                "and go on by themselves after a restore; narrower ones are closed by it.",
                "Does nothing when there is the same keyspace already."
            })
    int create(
            @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
            @Option(
                            names = "--width",
                            paramLabel = "BITS",
                            defaultValue = "" + KeyspaceSpec.DEFAULT_WIDTH,
                            description = "Bits of a number, 32 to 128. Default: 63, which fits a long.")
                    int width,
            @Option(
                            names = "--start",
                            paramLabel = "NUMBER",
                            defaultValue = "1",
                            description = "The first number. Default: 1")
                    Key start,
            @Option(
                            names = "--max",
                            paramLabel = "NUMBER",
                            description = "The last number. Default: the highest one of the width.")
                    @Nullable
                    Key max) {
        KeyspaceSpec spec = KeyspaceSpec.of(name).width(width).start(start);
        return context.withClient(client -> {
                    KeyspaceInfo created = client.keyspaces().create(max == null ? spec : spec.max(max));
                    context.output()
                            .result(
                                    "keyspace " + name + ": " + created.width() + " bits, from " + created.start()
                                            + " to " + created.max(),
                                    List.of(
                                            name,
                                            Integer.toString(created.width()),
                                            created.start().toString(),
                                            created.max().toString()),
                                    () -> KeyspaceView.json(created));
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(name = "ls", header = "Lists the keyspaces.")
    int ls() {
        return context.withClient(client -> {
                    List<KeyspaceInfo> keyspaces = client.keyspaces().list();
                    Output output = context.output();
                    output.list(KeyspaceView.COLUMNS, keyspaces, () -> KeyspaceView.document(keyspaces));
                    if (keyspaces.isEmpty()) {
                        output.talk("there are no keyspaces: make one with 'muster keys create NAME'");
                    }
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "next",
            header = "Takes numbers that nobody else has.",
            description = "Prints the first and the last one; with --each, one number a line.")
    int next(
            @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
            @Option(
                            names = "--count",
                            paramLabel = "NUMBER",
                            defaultValue = "1",
                            description = "How many, 1 to 1048576. Default: 1")
                    int count,
            @Option(names = "--each", description = "Prints each number on a line of its own.") boolean each) {
        return context.withClient(client -> {
                    KeySet keys = client.keyspace(name).nextSet(count);
                    if (each) {
                        show(StreamSupport.stream(keys.spliterator(), false).toList());
                    } else {
                        context.output()
                                .result(
                                        keys.first() + " " + keys.last(),
                                        List.of(
                                                keys.first().toString(),
                                                keys.last().toString()),
                                        () -> KeySetView.json(name, keys));
                    }
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "resume",
            header = "Lets a keyspace that a restore has closed go on.",
            description = {
                "Nobody knows which numbers were handed out after the backup; name one above all of them.",
                "Those between count as lost. Without --yes it only shows what it would do."
            })
    int resume(
            @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
            @Option(
                            names = "--from",
                            required = true,
                            paramLabel = "NUMBER",
                            description = "The next number to be handed out.")
                    Key from,
            @Option(names = "--yes", description = "Does it.") boolean yes) {
        return context.withClient(client -> {
                    KeyspaceInfo closed = closed(client.keyspaces().list(), name);
                    String jump = jump(closed, from);
                    if (!yes) {
                        context.output()
                                .result(
                                        "keyspace " + name + " would go on with " + from + jump,
                                        List.of(name, from.toString()),
                                        () -> KeyspaceView.json(closed));
                        context.output().talk("nothing was changed: say it again with --yes");
                        return ExitCode.OK;
                    }
                    KeyspaceInfo open = client.keyspaces().resume(name, from);
                    context.output()
                            .result(
                                    "keyspace " + name + " goes on with " + from + jump,
                                    List.of(name, from.toString()),
                                    () -> KeyspaceView.json(open));
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "ledger",
            header = "Shows what became of the numbers of a keyspace.",
            description = {
                "held: their owner lives; issued: their owner is done with them; returned: given back unused;",
                "lost: their owner died, nobody knows which of them it used. None of them is handed out again."
            })
    int ledger(
            @Parameters(paramLabel = "NAME", description = NAME_HELP) String name,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "1970-01-01T00:00:00Z",
                            description = "Only what changed so long ago, such as 10m, or since a time.")
                    Since since) {
        return context.withClient(client -> {
                    KeyLedger ledger = client.keyspaces().ledger(name, since.moment());
                    Output output = context.output();
                    output.list(LedgerView.COLUMNS, ledger.ranges(), () -> LedgerView.document(ledger));
                    if (output.isTable()) {
                        output.talk(LedgerView.sum(ledger.keyspace()));
                    }
                    return ExitCode.OK;
                })
                .number();
    }

    private static KeyspaceInfo closed(List<KeyspaceInfo> keyspaces, String name) {
        KeyspaceInfo found = keyspaces.stream()
                .filter(keyspace -> keyspace.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CliException(
                        ExitCode.REFUSED,
                        "keyspace " + name + " does not exist; 'muster keys ls' shows those that do"));
        if (!found.closed()) {
            throw new CliException(ExitCode.REFUSED, "keyspace " + name + " is not closed; nothing is to be resumed");
        }
        return found;
    }

    private static String jump(KeyspaceInfo closed, Key from) {
        Key next = closed.next().orElse(closed.max().plus(1));
        BigInteger skipped = from.toBigInteger().subtract(next.toBigInteger());
        if (skipped.signum() < 0) {
            throw new CliException(
                    ExitCode.INVALID,
                    "--from: " + from + " (expected: " + next
                            + " or higher, for what is below was handed out before the" + " backup)");
        }
        return "; " + next + " was next in the backup, " + skipped + " numbers between are lost";
    }

    private void show(List<Key> keys) {
        if (context.output().isTable()) {
            context.console().data(keys.stream().map(Key::toString).collect(Collectors.joining("\n")));
        } else {
            context.output().feed(KeySetView.EACH, KeySetView::json).add(keys);
        }
    }
}
