// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.recover;

import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.config.ExitCode;
import dev.muster.server.raft.RaftReplica;
import dev.muster.server.raft.Recovery;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process {@code muster recover}: writes what the disk of a stopped node holds as a backup. Touches no other node. */
public final class Main {
    private static final int BUFFER_BYTES = 1 << 16;

    private static final String HELP = """
            Usage: muster recover FILE --data FOLDER [--up-to-damage]
            Writes what the disk of a stopped node holds as a backup, for 'muster backup restore'.
            For the day on which a majority of the disks is gone: while a majority is there, use 'muster backup save'.

                  FILE             The backup to write. Must not be there yet.
                  --data FOLDER    The data folder of the node. Nothing in it is changed.
                  --up-to-damage   If the log is damaged, take what comes before that. Without it nothing is written.

            All entries of the log are taken, also those of which the node did not hear that a majority had them: what
            was acknowledged may be among them. Where several disks are left, recover each and take the one whose log
            goes to the highest term, and among those to the highest index. What was acknowledged by lost nodes only
            is lost.""";

    private Main() {}

    /** Runs it once, and ends with an {@link ExitCode}. */
    public static void main(String[] arguments) {
        Runtime.getRuntime()
                .halt(run(List.of(arguments), System.out, System.err).code());
    }

    static ExitCode run(List<String> arguments, PrintStream out, PrintStream talk) {
        if (arguments.contains("--help")) {
            out.println(HELP);
            return ExitCode.OK;
        }
        Arguments parsed = Arguments.of(arguments);
        if (parsed == null) {
            talk.println("muster: recover: " + String.join(" ", arguments)
                    + " (expected: FILE --data FOLDER [--up-to-damage]; see 'muster recover --help')");
            return ExitCode.INVALID;
        }
        if (Files.exists(parsed.file())) {
            talk.println("muster: recover: " + parsed.file() + " is there already (expected: a new name)");
            return ExitCode.INVALID;
        }
        try {
            recover(parsed, out, talk);
            return ExitCode.OK;
        } catch (StorageException e) {
            talk.println("muster: " + e.getMessage());
            return ExitCode.of(e.kind());
        } catch (IOException e) {
            talk.println("muster: " + parsed.file() + " cannot be written: " + e);
            return ExitCode.ERROR;
        }
    }

    private static void recover(Arguments arguments, PrintStream out, PrintStream talk) throws IOException {
        Path file = arguments.file();
        try (DataFolder folder = DataFolder.openToRead(arguments.data())) {
            Recovery.Found found = Recovery.read(folder);
            found.damage().forEach(damage -> talk.println("muster: damaged: " + damage));
            if (found.isIncomplete() && !arguments.upToDamage()) {
                throw new StorageException(
                        StorageException.Kind.UNUSABLE,
                        "the log can be read up to index " + found.index() + " only, and went to " + found.once()
                                + " at least; nothing was written (--up-to-damage takes what can be read)");
            }
            write(found, file);
            Identity identity = folder.identity();
            out.println("recovered " + file + ": revision " + found.state().revision() + " of cluster "
                    + identity.clusterId() + ", " + found.state().catalog().instanceCount() + " instances");
            out.println("the log of " + identity.node() + " ends at term " + found.term() + ", index " + found.index()
                    + "; up to index " + found.known() + " it knew of a majority");
            talk.println("next: the same on each other disk that is left; then 'muster backup restore' on each node of"
                    + " the new cluster, with the file of the highest term and, among those, the highest index");
        }
    }

    /** Beside its name, synced and read back, and only then under it. */
    private static void write(Recovery.Found found, Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside), BUFFER_BYTES)) {
                SnapshotCodec.write(
                        found.state(), new SnapshotCodec.Position(RaftReplica.GROUP, found.term(), found.index()), out);
            }
            DurableFile.sync(beside);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(beside), BUFFER_BYTES)) {
                if (SnapshotCodec.read(in).state().stateHash() != found.state().stateHash()) {
                    throw new IOException("what was read back differs from what was written");
                }
            }
            DurableFile.move(beside, file);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
