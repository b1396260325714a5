// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Sets aside what is in a data folder, for a node that must not use it any more. That there is a folder {@code
 * quarantine} is the mark, from then on and for good: everything is moved into it, and when all of it is there it is
 * renamed to {@code quarantined}, which takes the mark away and is the end of it. Whatever a process or a machine that
 * dies leaves of this, the next start finishes. The root itself stays where it is: it may be the root of a disk.
 *
 * <p>For one thread, except for {@link #mark}.
 */
final class Quarantine {
    /** All that belongs to a node. The identity goes first: without it nothing takes the rest for a data folder. */
    static final List<String> CONTENT = List.of(
            "identity",
            "clean",
            "durable-mark",
            "members",
            "votes",
            "probe",
            "restore",
            "raft",
            "snapshots",
            "events",
            "tmp");

    private static final String WHY = "why";

    private final Path root;
    private final Path marked;
    private final Path kept;

    Quarantine(Path root) {
        this.root = root;
        this.marked = root.resolve("quarantine");
        this.kept = root.resolve("quarantined");
    }

    /** Marks the folder durably; {@code why} is for people. Safe on any thread, while the folder is in use. */
    void mark(String why) throws IOException {
        Files.createDirectories(marked);
        DurableFile.syncFolder(root);
        DurableFile.replace(marked.resolve(WHY), why.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether what is in the folder has to be set aside. */
    boolean isMarked() {
        return Files.isDirectory(marked);
    }

    /** Where it is when it was set aside. */
    Path kept() {
        return kept;
    }

    /** Sets everything aside, in place of what was before, and takes the mark away; returns why it was marked. */
    Optional<String> setAside() throws IOException {
        for (String name : CONTENT) {
            setAside(root.resolve(name));
        }
        for (Path snapshots : DataFolder.snapshotsMovedAside(root)) {
            setAside(snapshots);
        }
        DurableFile.syncFolder(marked);
        DurableFile.syncFolder(root);
        DurableFile.deleteFolder(kept);
        DurableFile.move(marked, kept);
        Path why = kept.resolve(WHY);
        return Files.exists(why) ? Optional.of(Files.readString(why)) : Optional.empty();
    }

    private void setAside(Path entry) throws IOException {
        if (Files.exists(entry)) {
            Files.move(entry, marked.resolve(entry.getFileName()));
        }
    }
}
