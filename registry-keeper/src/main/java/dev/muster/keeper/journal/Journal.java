// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.journal;

import com.google.gson.Gson;
import dev.muster.keeper.disk.DamagedFileException;
import dev.muster.keeper.disk.Seal;
import dev.muster.keeper.disk.SealedFile;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incidents of a keeper, in two files of bounded size: a sealed line each. What {@link #append} has returned is on the
 * disk. A last line that was half written is cut, and one that is damaged is left out. Safe for any thread.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final Gson JSON = new Gson();
    private static final long LARGEST_FILE = 1024 * 1024;

    private final Path folder;
    private final long largestFile;
    private final String name;
    private final List<Incident> incidents = new ArrayList<>();
    private FileChannel file;
    private long next = 1;
    /** Of the newer file. */
    private long first;

    private long sent;

    private Journal(Path folder, long largestFile) throws IOException {
        this.folder = folder;
        this.largestFile = largestFile;
        this.name = name(folder.resolve("journal-name"));
        read(folder.resolve("incidents.old"));
        int older = incidents.size();
        long whole = read(folder.resolve("incidents.log"));
        this.file = channel(folder.resolve("incidents.log"));
        file.truncate(whole);
        this.sent = sent(folder.resolve("incidents.sent"));
        this.next = Math.max(next, sent + 1);
        this.first = older < incidents.size() ? incidents.get(older).number() : next;
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
        SealedFile.replace(folder.resolve("incidents.sent"), Long.toString(number));
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }

    /** The file is full: it becomes the old one, in place of the one before. */
    private void begin() throws IOException {
        file.close();
        long lost = first - 1;
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
        first = next;
    }

    /** Reads a file without the lines that are damaged; returns where the last one that is not ends. */
    private long read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return 0;
        }
        byte[] all = Files.readAllBytes(path);
        int whole = 0;
        int good = 0;
        int start = 0;
        for (int end = 0; end < all.length; end++) {
            if (all[end] == '\n') {
                Optional<Incident> incident = parse(new String(all, start, end - start, StandardCharsets.UTF_8));
                if (incident.isPresent()) {
                    incidents.add(incident.get());
                    next = incident.get().number() + 1;
                    whole = end + 1;
                    good += whole - start;
                }
                start = end + 1;
            }
        }
        if (good < all.length) {
            LOG.warn("{} is damaged: {} of its {} bytes are left out", path, all.length - good, all.length);
        }
        return whole;
    }

    private static Optional<Incident> parse(String line) {
        return Seal.open(line).map(json -> JSON.fromJson(json, Incident.class));
    }

    private static byte[] line(Incident incident) {
        return (Seal.on(JSON.toJson(incident)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static FileChannel channel(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.position(channel.size());
        // The process that wrote it may have been killed before its fsync.
        channel.force(true);
        return channel;
    }

    /** A damaged one is replaced: the incident that is just being told may then be told under both. */
    private static String name(Path path) throws IOException {
        Optional<String> known = known(path);
        if (known.isPresent()) {
            return known.get();
        }
        String fresh = UUID.randomUUID().toString().substring(0, 8);
        SealedFile.replace(path, fresh);
        return fresh;
    }

    /** Nobody knows how far it was when the note of it is damaged: then the log of the registry is searched. */
    private static long sent(Path path) throws IOException {
        return known(path).map(Long::parseLong).orElse(0L);
    }

    private static Optional<String> known(Path path) throws IOException {
        try {
            return SealedFile.read(path);
        } catch (DamagedFileException e) {
            LOG.warn("it is taken for missing: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
