// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import dev.muster.keeper.disk.DamagedFileException;
import dev.muster.keeper.disk.SealedFile;
import dev.muster.keeper.disk.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that a proxy reads, and the keeper's copy of what was last found good. The copy's time says until when the
 * registry was known to say so. Each is replaced whole or not at all. For one thread at a time.
 */
final class RouteFile {
    private static final Logger LOG = LoggerFactory.getLogger(RouteFile.class);

    private final Path file;
    private final Path good;

    private RouteFile(Path file, Path good) {
        this.file = file;
        this.good = good;
    }

    /**
     * Goes on with what was last found good: the proxy's file has it from now on, also when a keeper ended between a try
     * and its end.
     *
     * @param file that the proxy reads
     * @param good the keeper's copy
     * @throws IOException when either cannot be read or written
     */
    static RouteFile open(Path file, Path good) throws IOException {
        RouteFile opened = new RouteFile(file, good);
        Optional<String> last = opened.good();
        if (last.isPresent() && !last.equals(proxys(file))) {
            opened.offer(last.get());
        }
        return opened;
    }

    /** What was last found good; empty if there is none, or none that can be trusted. */
    Optional<String> good() throws IOException {
        try {
            return SealedFile.read(good);
        } catch (DamagedFileException e) {
            LOG.warn("{} stays as it is until the registry says more: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Until when the registry was known to say so. */
    Instant knownUntil() throws IOException {
        return Files.getLastModifiedTime(good).toInstant();
    }

    /** The proxy reads this from now on; whether it is good is not known yet. */
    void offer(String text) throws IOException {
        WholeFile.replace(file, text);
    }

    /** The text that was offered is good. */
    void accept(String text, Instant knownUntil) throws IOException {
        SealedFile.replace(good, text);
        confirm(knownUntil);
    }

    /** The text that was offered is bad: what was good before is back, and the bad one is kept beside the copy. */
    void refuse(String text) throws IOException {
        WholeFile.replace(good.resolveSibling(good.getFileName() + ".refused"), text);
        Optional<String> before = good();
        if (before.isPresent()) {
            WholeFile.replace(file, before.get());
        } else {
            Files.deleteIfExists(file);
        }
    }

    /** The registry still says so. */
    void confirm(Instant knownUntil) throws IOException {
        Files.setLastModifiedTime(good, FileTime.from(knownUntil));
    }

    private static Optional<String> proxys(Path path) throws IOException {
        return Files.exists(path)
                ? Optional.of(new String(Files.readAllBytes(path), StandardCharsets.UTF_8))
                : Optional.empty();
    }
}
