// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.core.snapshot.SnapshotCodec.Position;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * Makes the backup in the folder of a founder the first snapshot of the new cluster's log, before there is a log. Every
 * founder has the same backup and so begins with the same state; the first leader then begins a new epoch with it, as a
 * command like any other. Done once: it either has happened whole or is done again at the next start. Stateless.
 */
final class PlantedBackup {
    /** Before all that the first term brings. Who is of no term yet has an empty log, and is not elected by others like it. */
    static final TermIndex POSITION = TermIndex.valueOf(1, 1);

    private PlantedBackup() {}

    /** Does nothing in a folder without a backup. */
    static void plant(DataFolder folder) throws IOException {
        Path backup = folder.backup();
        if (!Files.exists(backup)) {
            return;
        }
        if (Files.exists(folder.raft())) {
            throw new StorageException(
                    Kind.UNUSABLE,
                    "data folder of node " + folder.identity().node() + " has a log and a backup to begin with, "
                            + backup + "; a backup is restored into an empty folder");
        }
        Path draft = folder.tmp().resolve(SnapshotStore.name(POSITION));
        write(read(backup), draft);
        DurableFile.sync(draft);
        DurableFile.move(draft, folder.snapshots().resolve(SnapshotStore.name(POSITION)));
        DurableFile.delete(backup);
    }

    private static Snapshot read(Path backup) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(backup), 1 << 16)) {
            return SnapshotCodec.read(in);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNUSABLE, backup + ": " + e.getMessage() + "; empty the data folder and restore again", e);
        }
    }

    private static void write(Snapshot backup, Path draft) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16)) {
            Position position = new Position(backup.header().getGroupId(), POSITION.getTerm(), POSITION.getIndex());
            SnapshotCodec.write(backup.state(), position, out);
        }
    }
}
