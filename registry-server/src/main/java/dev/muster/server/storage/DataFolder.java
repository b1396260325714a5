// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * The folder with everything that a node must not forget, locked for this process.
 *
 * <pre>
 * lock          held as long as the node runs
 * identity      node, storage id, cluster
 * durable-mark  the highest log index known to be fsynced
 * members       a copy of what Ratis remembers of the members, with a checksum
 * votes         a copy of what Ratis remembers of the votes, with a checksum
 * clean         there only after an orderly stop
 * raft/         the log and the votes, written by Ratis
 * snapshots/    snapshots of the state; an installed one replaces the whole folder
 * snapshots.tmpTIME/  what an installed one has replaced; stays only if the node was killed just then
 * events/       the event log, a copy that other nodes can fill again
 * restore       a backup to found a new cluster with, until that has happened
 * probe         what was written last to see whether the disk takes it
 * tmp/          snapshots being written or received
 * quarantine/   there when all of this must not be used any more, see {@link Quarantine}
 * quarantined/  what was set aside for that reason, for people
 * </pre>
 *
 * Not thread-safe, except for {@link #quarantine}: opened and changed by the thread that starts and stops the node.
 */
public final class DataFolder implements AutoCloseable {
    private static final String BACKUP = "restore";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path root;
    private final FileChannel lockFile;
    private final boolean cleanlyClosed;
    private final String backupId;
    private final String setAside;
    private Identity identity;

    private DataFolder(
            Path root,
            FileChannel lockFile,
            Identity identity,
            boolean cleanlyClosed,
            String backupId,
            String setAside) {
        this.root = root;
        this.lockFile = lockFile;
        this.identity = identity;
        this.cleanlyClosed = cleanlyClosed;
        this.backupId = backupId;
        this.setAside = setAside;
    }

    /**
     * Opens the folder, formatting it if it is empty. What was marked by {@link #quarantine} is set aside before that.
     *
     * @throws StorageException if it is in use, belongs to another node or cluster, or is damaged
     */
    public static DataFolder open(Path root, String node, String clusterName, RandomGenerator random) {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                restrictToOwner(root);
            }
            FileChannel lockFile = lock(root);
            try {
                String setAside = setAside(root, node, clusterName);
                Identity identity = readOrFormat(root, node, clusterName, random);
                checkOwner(root, identity, node, clusterName);
                boolean clean = Files.exists(root.resolve("clean"));
                DurableFile.delete(root.resolve("clean"));
                emptyFolder(root.resolve("tmp"));
                Files.createDirectories(root.resolve("snapshots"));
                return new DataFolder(root, lockFile, identity, clean, backupId(root.resolve(BACKUP)), setAside);
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StorageException(
                    Kind.IO,
                    "data folder " + root + " cannot be read and written: " + e + "; check its owner and disk",
                    e);
        }
    }

    /**
     * Opens the folder of a node that was a member, whoever that is, to be read: nothing but its lock is touched.
     *
     * @throws StorageException if there is none, it is in use, or is damaged
     */
    public static DataFolder openToRead(Path root) {
        Path file = root.resolve("identity");
        try {
            Identity identity = Files.exists(file) ? Identity.decode(Files.readAllBytes(file)) : null;
            if (identity == null || identity.phase() != Identity.Phase.MEMBER) {
                throw new StorageException(
                        Kind.UNUSABLE, root + " is not the data folder of a node that was a member of a cluster");
            }
            return new DataFolder(root, lock(root), identity, Files.exists(root.resolve("clean")), "", "");
        } catch (IOException e) {
            throw new StorageException(
                    Kind.IO, root + " cannot be read and locked: " + e + "; copy it to where it can", e);
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new StorageException(
                    Kind.IN_USE,
                    "data folder " + root
                            + " is used by another running node; stop that one or give this node its own");
        }
        return channel;
    }

    /** Says what was set aside, and why; empty for nothing. */
    private static String setAside(Path root, String node, String clusterName) throws IOException {
        Quarantine quarantine = new Quarantine(root);
        if (!quarantine.isMarked()) {
            return "";
        }
        Path file = root.resolve("identity");
        if (Files.exists(file)) {
            checkOwner(root, read(file, root), node, clusterName);
        }
        Optional<String> why = quarantine.setAside();
        return "set the data folder aside in " + quarantine.kept() + " and begins with an empty one"
                + why.map(text -> ": " + text).orElse("");
    }

    private static Identity readOrFormat(Path root, String node, String clusterName, RandomGenerator random)
            throws IOException {
        Path file = root.resolve("identity");
        if (Files.exists(file)) {
            return read(file, root);
        }
        if (Files.exists(root.resolve("raft"))) {
            throw new StorageException(
                    Kind.UNUSABLE,
                    file + " is missing beside a log; if the rest of the cluster is healthy, empty " + root
                            + " and start the node again: it rejoins and catches up");
        }
        Identity identity = Identity.formatted(node, String.format("%016x", random.nextLong()), clusterName);
        DurableFile.replace(file, identity.encode());
        return identity;
    }

    private static Identity read(Path file, Path root) throws IOException {
        Identity identity = Identity.decode(Files.readAllBytes(file));
        if (identity == null) {
            throw new StorageException(
                    Kind.UNUSABLE,
                    file + " is damaged; if the rest of the cluster is healthy, empty " + root
                            + " and start the node again: it rejoins and catches up");
        }
        return identity;
    }

    private static void checkOwner(Path root, Identity identity, String node, String clusterName) {
        if (!identity.node().equals(node) || !identity.clusterName().equals(clusterName)) {
            throw new StorageException(
                    Kind.FOREIGN,
                    "data folder " + root + " belongs to node " + identity.node() + " of cluster "
                            + identity.clusterName() + ", not to node " + node + " of cluster " + clusterName
                            + "; give this node its own folder");
        }
    }

    private static void restrictToOwner(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void emptyFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (var entries = Files.walk(folder)) {
            for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(folder)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Who this folder is. */
    public Identity identity() {
        return identity;
    }

    /** For the operator of a node that cannot go on with what is in this folder. */
    public String howToRejoin() {
        return "if the rest of the cluster is healthy, 'muster members rejoin " + identity.node() + " --data " + root
                + "' sets the folder aside; start the node then: it rejoins under a new storage id and catches up";
    }

    /**
     * Marks the folder durably as one that must not be used any more: the next {@link #open} sets aside what is in it
     * and formats it anew. {@code why} is for people. Thread-safe.
     */
    public void quarantine(String why) {
        try {
            new Quarantine(root).mark(why);
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot mark " + root + " as not to be used: " + e, e);
        }
    }

    /** What {@link #open} set aside, and why, for the event log; empty for nothing. */
    public String setAside() {
        return setAside;
    }

    /** Whether the last process that used the folder stopped in order. */
    public boolean cleanlyClosed() {
        return cleanlyClosed;
    }

    /** Remembers, durably and before the first vote, how far the node has come. */
    public void advance(String clusterId, Identity.Phase phase, List<String> founders) {
        identity =
                new Identity(identity.node(), identity.storageId(), identity.clusterName(), clusterId, phase, founders);
        try {
            DurableFile.replace(root.resolve("identity"), identity.encode());
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot write " + root.resolve("identity") + ": " + e, e);
        }
    }

    /** Where Ratis keeps its log and votes. */
    public Path raft() {
        return root.resolve("raft");
    }

    /** Where snapshots are kept. */
    public Path snapshots() {
        return root.resolve("snapshots");
    }

    /** Where snapshots are that were replaced by an installed one, or were about to be, when the node was killed. */
    public List<Path> snapshotsMovedAside() throws IOException {
        return snapshotsMovedAside(root);
    }

    static List<Path> snapshotsMovedAside(Path root) throws IOException {
        try (var entries = Files.list(root)) {
            return entries.filter(entry -> String.valueOf(entry.getFileName()).startsWith("snapshots.tmp"))
                    .toList();
        }
    }

    /** Where the event log is kept. */
    public Path events() {
        return root.resolve("events");
    }

    /** Where a backup is put before the first start, for the node to found a new cluster with. */
    public Path backup() {
        return root.resolve(BACKUP);
    }

    /** Which backup was there when the folder was opened: equal for equal files, empty for none. */
    public String backupId() {
        return backupId;
    }

    private static String backupId(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        CRC32C crc = new CRC32C();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
            }
        }
        return Files.size(file) + "-" + Long.toHexString(crc.getValue());
    }

    /** Where snapshots are written and received. */
    public Path tmp() {
        return root.resolve("tmp");
    }

    /** The file of the {@link DiskProbe}. */
    public Path probe() {
        return root.resolve("probe");
    }

    /** The file of the {@link DurableMark}. */
    public Path durableMark() {
        return root.resolve("durable-mark");
    }

    /** A copy of what Ratis remembers of the members. */
    public Path members() {
        return root.resolve("members");
    }

    /** A copy of what Ratis remembers of the votes. */
    public Path votes() {
        return root.resolve("votes");
    }

    /** Leaves the mark of an orderly stop. */
    public void markClean() throws IOException {
        DurableFile.replace(root.resolve("clean"), new byte[0]);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new StorageException(Kind.IO, "cannot unlock " + root + ": " + e, e);
        }
    }
}
