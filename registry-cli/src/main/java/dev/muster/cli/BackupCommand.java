// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.backup.BackupDraft;
import dev.muster.backup.BackupFile;
import dev.muster.backup.BackupSummary;
import dev.muster.cli.output.BackupView;
import dev.muster.client.Consistency;
import dev.muster.client.MusterClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster backup}: the whole registry in a file that outlives all nodes. */
@Command(name = "backup", header = "Saves, checks and restores the whole registry.")
final class BackupCommand {
    private static final String FILE_HELP = "The backup.";

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
                    BackupSummary saved = save(client, file, consistency);
                    show("saved " + BackupView.sentence(file.toString(), saved), file, saved);
                    return ExitCode.OK;
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

    private BackupSummary save(MusterClient client, Path file, Consistency consistency) {
        try (BackupDraft draft = BackupFile.create(file)) {
            client.backups().save(consistency, new Progress(draft.out(), context));
            return draft.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static BackupSummary read(Path file) {
        try {
            return BackupFile.verify(file);
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
