// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.muster.keeper.diagnostics.Part.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of one bundle. A file has its name only when it is finished; until then, and if the keeper dies, {@code
 * .part} follows it. All of them are the keeper's alone. Confined to one thread.
 */
final class BundleFolder {
    /** Added to the name of a file that is not finished. */
    static final String UNFINISHED = ".part";

    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final Path folder;

    BundleFolder(Path folder) {
        this.folder = folder;
    }

    /** Something that writes a file. */
    @FunctionalInterface
    interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes one file up to a bound; whatever fails is the outcome. */
    Part write(String file, long maxBytes, Source source) {
        long start = System.nanoTime();
        Path unfinished = unfinished(file);
        BoundedOutput out = null;
        String reason;
        try {
            Files.deleteIfExists(unfinished);
            try (OutputStream raw = Files.newOutputStream(
                    Files.createFile(
                            unfinished,
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS)) {
                out = new BoundedOutput(raw, maxBytes);
                source.writeTo(out);
            }
            reason = out.isCut() ? "longer than " + maxBytes + " bytes" : "";
        } catch (IOException | RuntimeException e) {
            reason = words(e);
        }
        long bytes = out == null ? 0 : out.written();
        return finish(file, bytes, reason.isEmpty() || bytes > 0, reason, start);
    }

    /** Where somebody else is to write the file. */
    Path unfinished(String file) {
        return folder.resolve(file + UNFINISHED);
    }

    /** Gives a file its name, or removes what there is of it. */
    Part finish(String file, long bytes, boolean keep, String reason, long startNanos) {
        long millis = (System.nanoTime() - startNanos) / 1_000_000;
        try {
            if (keep) {
                Files.move(unfinished(file), folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
                return new Part(file, reason.isEmpty() ? Outcome.KEPT : Outcome.CUT, bytes, millis, reason);
            }
            Files.deleteIfExists(unfinished(file));
        } catch (IOException e) {
            return new Part(file, Outcome.MISSING, 0, millis, reason.isEmpty() ? words(e) : reason);
        }
        return new Part(file, Outcome.MISSING, 0, millis, reason);
    }

    /** Writes down what there is so far. Returns why that could not be done; empty if it could. */
    String describe(String time, Map<String, String> facts, List<Part> parts, boolean complete) {
        Map<String, Object> bundle = new LinkedHashMap<>();
        bundle.put("time", time);
        bundle.put("complete", complete);
        bundle.put("facts", facts);
        bundle.put("parts", parts);
        String file = Diagnostics.DESCRIPTION;
        Part written =
                write(file, Long.MAX_VALUE, out -> out.write(JSON.toJson(bundle).getBytes(StandardCharsets.UTF_8)));
        return written.reason();
    }

    static String words(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
