// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.backup.BackupDraft;
import dev.muster.backup.BackupFile;
import dev.muster.backup.BackupFolder;
import dev.muster.backup.BackupSummary;
import dev.muster.backup.Restore;
import dev.muster.cli.output.BackupView;
import dev.muster.client.Consistency;
import dev.muster.client.MusterClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster backup}: the whole registry in a file that outlives all nodes. */
@Command(name = "backup", header = "Saves, checks and restores the whole registry.")
final class BackupCommand {
    private static final String FILE_HELP = "The backup: a file, or a folder that follows.";

    private final Context context;

    BackupCommand(Context context) {
        this.context = context;
    }

    @Command(
            name = "save",
            header = "Saves the registry to a file, from any node, while it runs.",
            description = {
                "The file gets its name when it is on the disk and was read back whole; before that there is none,",
                "and one of that name stays as it was."
            })
    int save(
            @Parameters(paramLabel = "FILE", description = "Where to save it.") Path file,
            @Option(
                            names = "--consistency",
                            paramLabel = "HOW",
                            defaultValue = "linearizable",
                            description = {
                                "linearizable shows every write acknowledged before; local what the asked node has,",
                                "which is what can be saved without a majority of the nodes. Default: linearizable"
                            })
                    Consistency consistency) {
        return context.withClient(client -> {
                    BackupSummary saved = save(context, client, file, consistency);
                    show("saved " + BackupView.sentence(file.toString(), saved), file, saved);
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "follow",
            header = "Writes every change to a folder as it comes, until Ctrl-C.",
            description = {
                "Begins with a whole backup, or goes on where the folder stands, at whichever node answers.",
                "Shows the newest revision that is durable in the folder, and how many the cluster is ahead.",
                "'muster status' shows that, too; an event tells when the folder is behind for 30 s, or not heard for 10 s.",
                "verify, inspect and restore take the folder like a file."
            })
    int follow(
            @Parameters(paramLabel = "FOLDER", description = "A folder of its own, on another machine than the nodes.")
                    Path into) {
        return context.withClient(client -> {
                    try (BackupFolder folder = BackupFolder.open(into);
                            BackupEntry entry = BackupEntry.announce(context, client, into, folder.revision())) {
                        client.backups().follow(folder.token(), new BackupFollow(context, folder, entry));
                        return ExitCode.OK;
                    } catch (IOException e) {
                        throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
                    }
                })
                .number();
    }

    @Command(
            name = "verify",
            header = "Reads a backup to its end and checks every byte of it.",
            description = "Needs no node. Ends with 7, naming file and offset, when it is damaged.")
    int verify(@Parameters(paramLabel = "FILE", description = FILE_HELP) Path file) {
        BackupSummary backup = read(file);
        show("whole: " + BackupView.sentence(file.toString(), backup), file, backup);
        return ExitCode.OK.number();
    }

    @Command(
            name = "inspect",
            header = "Shows what is in a backup.",
            description = "Checks it like verify, and needs no node.")
    int inspect(@Parameters(paramLabel = "FILE", description = FILE_HELP) Path file) {
        BackupSummary backup = read(file);
        context.output().list(BackupView.COLUMNS, List.of(backup), () -> BackupView.json(file.toString(), backup));
        return ExitCode.OK.number();
    }

    @Command(
            name = "restore",
            header = "Puts a backup into the empty data folder of a node of a new cluster.",
            description = {
                "Do this for each node of the new cluster, with the same backup, then start them all as ever.",
                "They form a new cluster and begin a new epoch. Sessions of the old one have ended; instances stay",
                "listed for the time of their leases; keyspaces of fewer than 96 bits stay closed until",
                "'muster keys resume' says where to go on. Needs no node."
            })
    int restore(
            @Parameters(paramLabel = "FILE", description = FILE_HELP) Path file,
            @Option(
                            names = "--data",
                            required = true,
                            paramLabel = "FOLDER",
                            description = "The data folder of the node. Has to be empty, or not there yet.")
                    Path data) {
        BackupSummary restored = unchecked(() -> Restore.into(data, file));
        show("put into " + data + ": " + BackupView.sentence(file.toString(), restored), file, restored);
        context.output().talk("next: the same for each other node of the new cluster, then start them all");
        if (!restored.narrowKeyspaces().isEmpty()) {
            context.output()
                    .talk("closed until 'muster keys resume NAME --from NUMBER': "
                            + String.join(", ", restored.narrowKeyspaces()));
        }
        return ExitCode.OK.number();
    }

    /** Saves the registry to a file, and shows how far that is. */
    static BackupSummary save(Context context, MusterClient client, Path file, Consistency consistency) {
        return unchecked(() -> {
            try (BackupDraft draft = BackupFile.create(file)) {
                client.backups().save(consistency, new Progress(draft.out(), context));
                return draft.commit();
            }
        });
    }

    private static BackupSummary read(Path file) {
        return unchecked(() -> Files.isDirectory(file) ? BackupFolder.verify(file) : BackupFile.verify(file));
    }

    private interface FileWork {
        BackupSummary run() throws IOException;
    }

    private static BackupSummary unchecked(FileWork work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private void show(String sentence, Path file, BackupSummary backup) {
        context.output()
                .result(
                        sentence,
                        List.of(file.toString(), Long.toUnsignedString(backup.revision())),
                        () -> BackupView.json(file.toString(), backup));
    }
}
