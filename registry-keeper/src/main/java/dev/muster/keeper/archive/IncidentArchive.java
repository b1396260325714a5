// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder with one folder for each incident, bounded by count, bytes and age: the oldest go, never the newest. Dumps
 * contain what the program knew, so the folder is its owner's alone.
 *
 * <p>An incident is written under a name that ends in {@code .part} and gets its own in one step when it is complete.
 * What a keeper that died left unfinished is recognised by that: it is kept as far as its description came, or removed
 * if it has none. What else lies in the folder is left alone. Thread-safe.
 */
public final class IncidentArchive {
    private static final String UNFINISHED = ".part";
    private static final String DESCRIPTION = "bundle.json";
    private static final String OWNER_ONLY = "rwx------";

    private final Path root;
    private final ArchiveBounds bounds;
    private final InstantSource clock;
    private final List<Incident> interrupted = new ArrayList<>();

    /** An incident that is being written. */
    public final class Draft {
        private final IncidentName name;
        private final Path folder;

        private Draft(IncidentName name, Path folder) {
            this.name = name;
            this.folder = folder;
        }

        /** The empty folder to write to. */
        public Path folder() {
            return folder;
        }

        /** Archives it as it is now, and lets the oldest go that are too many with it. */
        public Incident complete() {
            synchronized (IncidentArchive.this) {
                Incident incident = archive(folder, name);
                evict();
                return incident;
            }
        }
    }

    private IncidentArchive(Path root, ArchiveBounds bounds, InstantSource clock) {
        this.root = root;
        this.bounds = bounds;
        this.clock = clock;
    }

    /**
     * Opens the folder, making it if it is not there; takes care of what was left unfinished.
     *
     * @throws ArchiveException if it is a link, or cannot be made its owner's alone, read and written
     */
    public static IncidentArchive open(Path root, ArchiveBounds bounds, InstantSource clock) {
        IncidentArchive archive = new IncidentArchive(root, bounds, clock);
        try {
            if (Files.isSymbolicLink(root)) {
                throw new ArchiveException(root + " is a link (expected: a folder); name the folder itself", null);
            }
            Files.createDirectories(root);
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(OWNER_ONLY));
            archive.recover();
            archive.evict();
        } catch (IOException | UncheckedIOException e) {
            throw archive.unusable(e);
        }
        return archive;
    }

    /**
     * Begins an incident.
     *
     * @param unit what it happened to: lower-case letters, digits, {@code . _ -}, up to 128
     * @param id letters, digits and {@code -}, up to 64
     * @throws IllegalArgumentException if one of them is something else
     */
    public synchronized Draft begin(String unit, String id) {
        IncidentName name = new IncidentName(clock.instant().truncatedTo(ChronoUnit.MILLIS), unit, id);
        Path folder = root.resolve(name + UNFINISHED);
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        } catch (IOException e) {
            throw unusable(e);
        }
        return new Draft(name, folder);
    }

    /** Why a file of this many bytes may not be added; nothing if it may. Lets nothing go. */
    public Optional<String> refusal(long bytes) {
        if (bytes > bounds.maxBytes()) {
            return Optional.of("it needs " + bytes + " bytes and the archive keeps " + bounds.maxBytes()
                    + " in all; raise that bound");
        }
        try {
            long free = Files.getFileStore(root).getUsableSpace();
            return bytes > free - bounds.reserveBytes()
                    ? Optional.of("it needs " + bytes + " bytes and the disk of " + root + " has " + free
                            + ", of which " + bounds.reserveBytes() + " stay free; free some")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of("the free space of " + root + " cannot be read: " + e);
        }
    }

    /** All incidents, the newest first. */
    public synchronized List<Incident> list() {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
                    .flatMap(folder -> IncidentName.parse(folder.getFileName().toString()).stream()
                            .map(name -> incident(folder, name)))
                    .sorted(Comparator.comparing(Incident::at)
                            .thenComparing(Incident::id)
                            .reversed())
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw unusable(e);
        }
    }

    /** The incident of this id, if it is still there; the newest if there are several. */
    public Optional<Incident> open(String id) {
        return list().stream().filter(incident -> incident.id().equals(id)).findFirst();
    }

    /** Those that an earlier process left unfinished and that were kept as far as they came, the newest last. */
    public synchronized List<Incident> interrupted() {
        return List.copyOf(interrupted);
    }

    private void recover() throws IOException {
        List<Path> unfinished;
        try (Stream<Path> folders = Files.list(root)) {
            unfinished = folders.filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
                    .filter(folder -> folder.getFileName().toString().endsWith(UNFINISHED))
                    .sorted()
                    .toList();
        }
        for (Path folder : unfinished) {
            String file = folder.getFileName().toString();
            Optional<IncidentName> name = IncidentName.parse(file.substring(0, file.length() - UNFINISHED.length()));
            if (name.isEmpty()) {
                continue;
            }
            if (Files.isRegularFile(folder.resolve(DESCRIPTION), LinkOption.NOFOLLOW_LINKS)) {
                removeUnfinished(folder);
                interrupted.add(archive(folder, name.get()));
            } else {
                remove(folder);
            }
        }
    }

    private Incident archive(Path folder, IncidentName name) {
        try {
            Path archived = Files.move(folder, root.resolve(name.toString()), StandardCopyOption.ATOMIC_MOVE);
            return incident(archived, name);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void evict() {
        List<Incident> newestFirst = list();
        Instant oldest = clock.instant().minus(bounds.maxAge());
        long bytes = 0;
        int count = 0;
        for (Incident incident : newestFirst) {
            bytes += incident.bytes();
            count++;
            boolean tooMany = count > bounds.maxCount()
                    || bytes > bounds.maxBytes()
                    || incident.at().isBefore(oldest);
            if (tooMany && count > 1) {
                try {
                    remove(incident.folder());
                } catch (IOException e) {
                    throw unusable(e);
                }
            }
        }
    }

    private static Incident incident(Path folder, IncidentName name) {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = files.mapToLong(file -> size(file)).sum();
            return new Incident(name.at(), name.unit(), name.id(), folder, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .size();
        } catch (IOException e) {
            return 0;
        }
    }

    private static void removeUnfinished(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().endsWith(UNFINISHED)) {
                    remove(file);
                }
            }
        }
    }

    private static void remove(Path path) throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private ArchiveException unusable(Exception e) {
        return new ArchiveException(
                "the archive " + root + " cannot be read and written: " + e + "; check its owner and disk", e);
    }
}
