// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A backup being written, beside its name. It gets the name only when it is on the disk and was read back whole; what is
 * closed before that leaves nothing, and a backup of that name as it was. For one thread.
 */
public final class BackupDraft implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path beside;
    private final FileChannel channel;
    private final OutputStream out;

    BackupDraft(Path file) throws IOException {
        this.file = file;
        this.beside = file.resolveSibling(file.getFileName() + ".part");
        this.channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    /** Takes the bytes of the backup. */
    public OutputStream out() {
        return out;
    }

    /** Puts the file in place; returns what is in it. */
    public BackupSummary commit() throws IOException {
        out.flush();
        channel.force(true);
        channel.close();
        BackupSummary summary = BackupFile.verify(beside);
        move(beside, file);
        return summary;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(beside);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = to.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }
}
