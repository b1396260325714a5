// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The files of a node: to be counted, and to be harmed while it is down. Stateless. */
public final class DataFiles {
    private static final String OPEN_SEGMENT = "log_inprogress_";
    private static final byte[] HALF_AN_ENTRY = {0x40, 1, 2, 3};
    private static final int CHECKSUM = Long.BYTES;
    private static final int EVENT_FILE_HEADER_BYTES = 28;

    private DataFiles() {}

    /** What is done to a file. */
    public interface Change {
        /** Does it. */
        void to(FileChannel file) throws IOException;
    }

    /** Those that it uses, with anything in them, in the order of their names. */
    public static List<Path> of(TestNode node) {
        try (Stream<Path> files = Files.walk(node.data())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(node.data().resolve("quarantined")))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes of events it keeps itself, however they are spread over files. It may run. */
    public static long eventBytes(TestNode node) {
        try (Stream<Path> files = Files.walk(node.data().resolve("events"))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length() - EVENT_FILE_HEADER_BYTES)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file that log entries are appended to. */
    public static Path openSegment(TestNode node) {
        return find(node, OPEN_SEGMENT);
    }

    /** Whether there is such a file. */
    public static boolean hasOpenSegment(TestNode node) {
        return of(node).stream().anyMatch(file -> named(file, OPEN_SEGMENT));
    }

    /** The file that remembers the votes. */
    public static Path votes(TestNode node) {
        return find(node, "raft-meta");
    }

    private static Path find(TestNode node, String name) {
        return of(node).stream().filter(file -> named(file, name)).findFirst().orElseThrow();
    }

    private static boolean named(Path file, String name) {
        return String.valueOf(file.getFileName()).startsWith(name);
    }

    /** Leaves half an entry at the end of the log, as a node that fell while it wrote one. */
    public static void tearTail(TestNode node) {
        change(openSegment(node), file -> {
            file.write(ByteBuffer.wrap(HALF_AN_ENTRY), endOfData(file) + CHECKSUM);
        });
    }

    /** Changes one bit, counted from the lowest of the first byte. */
    public static void flip(Path path, long bit) {
        change(path, file -> {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, bit / Byte.SIZE);
            one.put(0, (byte) (one.get(0) ^ 1 << bit % Byte.SIZE)).flip();
            file.write(one, bit / Byte.SIZE);
        });
    }

    /** How many bytes there are before the zeros at its end. */
    public static long dataIn(Path path) {
        long[] end = new long[1];
        change(path, file -> end[0] = endOfData(file));
        return end[0];
    }

    /** Opens it, changes it, and closes it. */
    public static void change(Path path, Change change) {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            change.to(file);
            file.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long endOfData(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
        file.read(bytes, 0);
        int end = bytes.position();
        while (end > 0 && bytes.get(end - 1) == 0) {
            end--;
        }
        return end;
    }
}
