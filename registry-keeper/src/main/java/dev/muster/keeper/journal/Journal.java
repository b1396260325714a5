// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.journal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incidents of a keeper, in two files of bounded size: a line each, its checksum before it. What {@link #append} has
 * returned is on the disk. A last line that was half written is cut. Safe for any thread.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final Gson JSON = new Gson();
    private static final int CHECKSUM_CHARS = 8;
    private static final long LARGEST_FILE = 1024 * 1024;

    private final Path folder;
    private final long largestFile;
    private final String name;
    private final List<Incident> incidents = new ArrayList<>();
    private FileChannel file;
    private long next = 1;
    private long sent;

    private Journal(Path folder, long largestFile) throws IOException {
        this.folder = folder;
        this.largestFile = largestFile;
        this.name = name(folder.resolve("journal-name"));
        read(folder.resolve("incidents.old"));
        long whole = read(folder.resolve("incidents.log"));
        this.file = channel(folder.resolve("incidents.log"));
        file.truncate(whole);
        Path mark = folder.resolve("incidents.sent");
        this.sent = Files.exists(mark) ? number(Files.readString(mark).strip()) : 0;
    }

    /** Opens the journal in a folder, a new one if there is none. */
    public static Journal open(Path folder) throws IOException {
        return open(folder, LARGEST_FILE);
    }

    static Journal open(Path folder, long largestFile) throws IOException {
        return new Journal(folder, largestFile);
    }

    /** The name by which no two journals are taken for one another. */
    public String name() {
        return name;
    }

    /**
     * Writes an incident down; its number is the journal's to give. Returns it when it is on the disk.
     *
     * @throws IOException when it cannot be written
     */
    public synchronized Incident append(Incident incident) throws IOException {
        Incident numbered = incident.numbered(next);
        byte[] line = line(numbered);
        if (file.position() + line.length > largestFile) {
            begin();
        }
        long start = file.position();
        try {
            ByteBuffer left = ByteBuffer.wrap(line);
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(false);
        } catch (IOException e) {
            // Half a line would hide those behind it.
            file.truncate(start);
            throw e;
        }
        next++;
        incidents.add(numbered);
        return numbered;
    }

    /** The newest so many that fit, the newest last. */
    public synchronized List<Incident> newest(int limit, Predicate<Incident> fits) {
        List<Incident> found = new ArrayList<>();
        for (int i = incidents.size() - 1; i >= 0 && found.size() < limit; i--) {
            if (fits.test(incidents.get(i))) {
                found.add(incidents.get(i));
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** The oldest that the registry is not known to have. */
    public synchronized Optional<Incident> oldestUnsent() {
        return incidents.stream().filter(incident -> incident.number() > sent).findFirst();
    }

    /** The registry has all up to this one. */
    public synchronized void sent(long number) throws IOException {
        sent = number;
        replace(folder.resolve("incidents.sent"), number + "\n");
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }

    /** The file is full: it becomes the old one, in place of the one before. */
    private void begin() throws IOException {
        file.close();
        long lost = incidents.isEmpty() ? 0 : firstOf(folder.resolve("incidents.log")) - 1;
        Files.move(
                folder.resolve("incidents.log"),
                folder.resolve("incidents.old"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        incidents.removeIf(incident -> incident.number() <= lost);
        if (lost > sent) {
            LOG.warn(
                    "incidents {} to {} were dropped before the registry had them: the journal is full",
                    sent + 1,
                    lost);
        }
        file = channel(folder.resolve("incidents.log"));
    }

    private static long firstOf(Path path) throws IOException {
        String line = Files.readString(path).lines().findFirst().orElseThrow();
        return JSON.fromJson(line.substring(CHECKSUM_CHARS + 1), Incident.class).number();
    }

    /** Reads a file up to its first damage; returns how many bytes are good. */
    private long read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return 0;
        }
        byte[] all = Files.readAllBytes(path);
        int start = 0;
        for (int end = 0; end < all.length; end++) {
            if (all[end] == '\n') {
                Optional<Incident> incident = parse(new String(all, start, end - start, StandardCharsets.UTF_8));
                if (incident.isEmpty()) {
                    break;
                }
                incidents.add(incident.get());
                next = incident.get().number() + 1;
                start = end + 1;
            }
        }
        if (start < all.length) {
            LOG.warn("{} is damaged from byte {} on; {} bytes are left out", path, start, all.length - start);
        }
        return start;
    }

    private static Optional<Incident> parse(String line) {
        if (line.length() <= CHECKSUM_CHARS) {
            return Optional.empty();
        }
        String json = line.substring(CHECKSUM_CHARS + 1);
        try {
            return line.startsWith(checksum(json))
                    ? Optional.of(JSON.fromJson(json, Incident.class))
                    : Optional.empty();
        } catch (JsonParseException e) {
            return Optional.empty();
        }
    }

    private static byte[] line(Incident incident) {
        String json = JSON.toJson(incident);
        return (checksum(json) + " " + json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    private static FileChannel channel(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.position(channel.size());
        // The process that wrote it may have been killed before its fsync.
        channel.force(true);
        return channel;
    }

    private static String name(Path path) throws IOException {
        if (!Files.exists(path)) {
            replace(path, UUID.randomUUID().toString().substring(0, 8));
        }
        return Files.readString(path).strip();
    }

    /** Nobody knows how far it was when the note of it is damaged: then the log of the registry is searched. */
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            LOG.warn("incidents.sent is damaged: {}", text, e);
            return 0;
        }
    }

    private static void replace(Path path, String text) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }
}
