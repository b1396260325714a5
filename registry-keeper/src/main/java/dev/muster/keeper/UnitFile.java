// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.Gson;
import dev.muster.keeper.disk.DamagedFileException;
import dev.muster.keeper.disk.SealedFile;
import dev.muster.keeper.unit.Memo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is remembered of one unit, as a file that is replaced whole or not at all. For one thread. */
final class UnitFile {
    static final String ENDING = ".state";

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
        try {
            return new UnitFile(
                    path,
                    SealedFile.read(path)
                            .map(json -> JSON.fromJson(json, Content.class))
                            .orElse(Content.NEW));
        } catch (DamagedFileException e) {
            throw new IOException(e.getMessage() + " (end the unit by hand, then remove the file)", e);
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
        SealedFile.replace(path, JSON.toJson(content));
        last = content;
    }
}
