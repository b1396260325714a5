// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.internal.v1.SnapshotHeader;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Puts a backup into the empty data folder of a node that has never run. At its first start the node founds a new cluster
 * with the other nodes that were given the same backup; the new cluster begins another epoch. Stateless.
 */
public final class Restore {
    /** The name under which a node looks for it. */
    static final String NAME = "restore";

    private Restore() {}

    /**
     * Checks the backup, a file or the folder of one that follows its cluster, and copies what it shows. On a failure nothing is left in the folder that a node would start with.
     *
     * @throws BackupException if the backup is not whole, or the folder is not empty
     */
    public static BackupSummary into(Path data, Path backup) throws IOException {
        Snapshot restored = Files.isDirectory(backup) ? BackupFolder.read(backup) : BackupFile.read(backup);
        prepare(data);
        try (BackupDraft draft = BackupFile.create(data.resolve(NAME))) {
            SnapshotHeader header = restored.header();
            SnapshotCodec.write(
                    restored.state(),
                    new SnapshotCodec.Position(header.getGroupId(), header.getTerm(), header.getIndex()),
                    draft.out());
            return draft.commit();
        }
    }

    private static void prepare(Path data) throws IOException {
        try (var entries = Files.isDirectory(data) ? Files.list(data) : java.util.stream.Stream.<Path>empty()) {
            if (entries.findAny().isPresent()) {
                throw new BackupException(
                        data,
                        "not empty (expected: an empty folder, or none yet); a backup is restored into a new cluster and"
                                + " never over what a node has");
            }
        } catch (NotDirectoryException e) {
            throw new BackupException(data, "not a folder", e);
        }
        Files.createDirectories(data);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
