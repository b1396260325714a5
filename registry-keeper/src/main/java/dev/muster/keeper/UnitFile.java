// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.muster.keeper.unit.Memo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is remembered of one unit, as a file that is replaced whole or not at all. For one thread. */
final class UnitFile {
    static final String ENDING = ".json";

    private static final Gson JSON = new Gson();

    private final Path path;
    private Content last;

    /**
     * What stands in the file. Immutable.
     *
     * @param memo what decides on
     * @param ports given by the keeper, by endpoint
     * @param claim to the registration of the start under way
     * @param slot by which of the unit's two names it is listed
     * @param second its other process, while it has one
     * @param growth of its memory, if anything is remembered
     */
    record Content(
            Memo memo,
            Map<String, Integer> ports,
            String claim,
            int slot,
            @Nullable Copy second,
            @Nullable Growth growth) {
        static final Content NEW = new Content(Memo.NEW, Map.of(), "", 0, null, null);
    }

    private UnitFile(Path path, Content last) {
        this.path = path;
        this.last = last;
    }

    /**
     * Reads the file of a unit, if there is one.
     *
     * @throws IOException when it cannot be read or is damaged
     */
    static UnitFile open(Path folder, String unit) throws IOException {
        Path path = folder.resolve(unit + ENDING);
        if (!Files.exists(path)) {
            return new UnitFile(path, Content.NEW);
        }
        try {
            return new UnitFile(path, JSON.fromJson(Files.readString(path), Content.class));
        } catch (JsonParseException e) {
            throw new IOException(path + " is damaged (expected: JSON; end the unit by hand, then remove the file)", e);
        }
    }

    /** The ports that a unit was given before; none when its file cannot be read, which {@link #open} tells. */
    static Collection<Integer> portsOf(Path folder, String unit) {
        try {
            return open(folder, unit).content().ports().values();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What stands there. */
    Content content() {
        return last;
    }

    /** Replaces it. What is written is on the disk when this returns. */
    void write(Content content) throws IOException {
        if (content.equals(last)) {
            return;
        }
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(JSON.toJson(content).getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(path.resolveSibling(""), StandardOpenOption.READ)) {
            folder.force(true);
        }
        last = content;
    }
}
