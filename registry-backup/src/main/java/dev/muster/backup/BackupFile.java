// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import dev.muster.core.snapshot.CorruptSnapshotException;
import dev.muster.core.snapshot.NewerSnapshotException;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A backup in one file: a snapshot of the registry as {@link SnapshotCodec} describes it, with all its checksums.
 * Stateless, thus thread-safe.
 */
public final class BackupFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private BackupFile() {}

    /** Begins a new file, in place of one that may be there; there is nothing under its name until it is complete. */
    public static BackupDraft create(Path file) throws IOException {
        return new BackupDraft(file);
    }

    /**
     * Reads it to its end and checks every byte of it.
     *
     * @throws BackupException naming file and offset, if it is anything but one whole backup that this version knows
     */
    public static BackupSummary verify(Path file) throws IOException {
        Snapshot read = read(file);
        return BackupSummary.of(read.header(), read.state(), Files.size(file));
    }

    static Snapshot read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            return SnapshotCodec.read(in);
        } catch (CorruptSnapshotException e) {
            throw new BackupException(file, "not a whole backup: " + e.getMessage() + "; take another one", e);
        } catch (NewerSnapshotException e) {
            throw new BackupException(file, String.valueOf(e.getMessage()), e);
        } catch (NoSuchFileException e) {
            throw new BackupException(file, "there is no such file", e);
        }
    }
}
