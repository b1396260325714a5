// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** How much room is left on the disk of the data folder, against the reserve that is to stay free. Thread-safe. */
public final class DiskSpace {
    private final Path folder;
    private final long reserve;
    private final LongSupplier free;

    /** Reads what is left from {@code free}, in bytes. */
    public DiskSpace(Path folder, long reserve, LongSupplier free) {
        this.folder = folder;
        this.reserve = reserve;
        this.free = free;
    }

    /** Of the disk that the folder is, or will be, on; {@code reserve} in bytes. */
    public static DiskSpace of(Path folder, long reserve) {
        return new DiskSpace(folder, reserve, () -> usable(folder));
    }

    /** What is left now. */
    public Room look() {
        return new Room(folder, reserve, free.getAsLong());
    }

    /** A file system that cannot say is taken for a large one: the unknown is no reason to stop. */
    private static long usable(Path folder) {
        try {
            FileStore store = Files.getFileStore(nearest(folder));
            return store.getTotalSpace() == 0 ? Long.MAX_VALUE : store.getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    private static Path nearest(Path folder) {
        Path parent = folder.getParent();
        return Files.exists(folder) || parent == null ? folder : nearest(parent);
    }

    /**
     * What was left at one moment.
     *
     * @param folder whose disk it is
     * @param reserve bytes that are to stay free
     * @param free bytes that are
     */
    public record Room(Path folder, long reserve, long free) {
        /** There is less than the reserve. */
        public boolean isLow() {
            return free < reserve;
        }

        /** There is an eighth more than the reserve: what was low is not low again at once. */
        public boolean isAmple() {
            return free >= reserve + reserve / 8;
        }

        /** There is less than a quarter of the reserve. */
        public boolean isExhausted() {
            return free < reserve / 4;
        }

        /** There is enough to begin with: half of the reserve, so that what starts does not end again at once. */
        public boolean sufficesToStart() {
            return free >= reserve / 2;
        }

        /** For people. */
        @Override
        public String toString() {
            return mebibytes(free) + " MiB are free on the disk of " + folder + " (expected: " + mebibytes(reserve)
                    + " MiB, see disk.reserve)";
        }

        private static long mebibytes(long bytes) {
            return bytes >> 20;
        }
    }
}
