// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Collects the bundle of a JVM before it is destroyed: threads, state of the process, VM, class histogram, logs,
 * manifest, heap dump, and a description of all that, {@link #DESCRIPTION}.
 *
 * <p>Each part has its own bound, and one that cannot be had is described with the reason; nothing is thrown. The
 * description is written anew after each part, so a bundle that was cut short says how far it came. A JVM that once let
 * its whole time pass is hung, and is given a second for each further question. Confined to one thread at a time.
 */
public final class Diagnostics {
    /** The file that says what the others are. */
    public static final String DESCRIPTION = "bundle.json";

    private static final Duration QUICK = Duration.ofSeconds(5);
    private static final Duration SLOW = Duration.ofSeconds(30);
    private static final Duration HEAP = Duration.ofMinutes(4);
    private static final Duration HUNG = Duration.ofSeconds(1);
    private static final long MAX_ANSWER_BYTES = 16L << 20;
    private static final long MAX_LOG_BYTES = 256L << 10;
    private static final int MAX_LISTED_THREADS = 1000;
    private static final String HEAP_FILE = "heap.hprof.gz";

    private final InstantSource clock;
    private final LongSupplier nanoClock;

    /** With the clock of the description, and the one that measures whether a JVM hangs. */
    public Diagnostics(InstantSource clock, LongSupplier nanoClock) {
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /**
     * Writes the bundle of the subject into an empty folder that is the keeper's alone.
     *
     * @return the parts in the order in which they were tried; the last one is the description
     */
    public List<Part> collect(Path folder, Subject subject, HeapRoom room) {
        return new Collection(folder, subject, room).run();
    }

    /** One bundle being written. */
    private final class Collection {
        private final BundleFolder files;
        private final Subject subject;
        private final HeapRoom room;
        private final String time = clock.instant().toString();
        private final List<Part> parts = new ArrayList<>();
        private boolean hung;

        Collection(Path folder, Subject subject, HeapRoom room) {
            this.files = new BundleFolder(folder);
            this.subject = subject;
            this.room = room;
        }

        /** What says most and costs least comes first. */
        List<Part> run() {
            answer("threads.txt", "Thread.print -l", SLOW);
            add(files.write("process.txt", MAX_ANSWER_BYTES, this::process));
            subject.log().ifPresent(log -> add(files.write("log.txt", MAX_LOG_BYTES, out -> copyEnd(log, out))));
            subject.newLog()
                    .ifPresent(log -> add(files.write("new-instance.log", MAX_LOG_BYTES, out -> copyStart(log, out))));
            subject.manifest().ifPresent(text -> text("manifest.txt", text));
            answer("vm-flags.txt", "VM.flags", QUICK);
            answer("vm-info.txt", "VM.info", QUICK);
            answer("class-histogram.txt", "GC.class_histogram", SLOW);
            if (subject.heapDump()) {
                add(heapDump());
            }
            String failed = files.describe(time, subject.facts(), parts, true);
            parts.add(new Part(DESCRIPTION, failed.isEmpty() ? Part.Outcome.KEPT : Part.Outcome.MISSING, 0, 0, failed));
            return List.copyOf(parts);
        }

        private void add(Part part) {
            parts.add(part);
            // A description that cannot be written now is tried again after the next part; the last one counts.
            var unused = files.describe(time, subject.facts(), parts, false);
        }

        private void text(String file, String text) {
            add(files.write(file, MAX_ANSWER_BYTES, out -> out.write(text.getBytes(StandardCharsets.UTF_8))));
        }

        private void answer(String file, String command, Duration bound) {
            add(files.write(file, MAX_ANSWER_BYTES, out -> ask(command, bound, out)));
        }

        private void ask(String command, Duration bound, OutputStream out) throws IOException {
            Duration given = hung && bound.compareTo(HUNG) > 0 ? HUNG : bound;
            long start = nanoClock.getAsLong();
            try {
                subject.console().ask(command, given, out);
            } catch (IOException e) {
                hung |= nanoClock.getAsLong() - start >= given.toNanos();
                throw e;
            }
        }

        /** The JVM writes the file itself. It is as large as what lives in the heap, or smaller: it is compressed. */
        private Part heapDump() {
            long start = System.nanoTime();
            Path file = files.unfinished(HEAP_FILE);
            String reason;
            long bytes = 0;
            try {
                Optional<String> refusal = refusal();
                if (refusal.isPresent()) {
                    return files.finish(HEAP_FILE, 0, false, refusal.get(), start);
                }
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                ask("GC.heap_dump -gz=1 \"" + file.toAbsolutePath() + "\"", HEAP, answer);
                String text = answer.toString(StandardCharsets.UTF_8).strip();
                boolean there = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
                bytes = there ? Files.size(file) : 0;
                reason = there && text.contains("Heap dump file created") ? "" : "the JVM said: " + text;
            } catch (IOException | RuntimeException e) {
                reason = BundleFolder.words(e);
            }
            return files.finish(HEAP_FILE, bytes, reason.isEmpty(), reason, start);
        }

        private Optional<String> refusal() throws IOException {
            ByteArrayOutputStream info = new ByteArrayOutputStream();
            ask("GC.heap_info", QUICK, info);
            return UsedHeap.bytes(info.toString(StandardCharsets.UTF_8))
                    .map(room::refusal)
                    .orElse(Optional.of("how much of the heap is in use is not known"));
        }

        /** What the kernel says of the process, which it says of a stopped one, too. */
        private void process(OutputStream out) throws IOException {
            Path proc = Path.of("/proc", Long.toString(subject.pid()));
            out.write(Files.readAllBytes(proc.resolve("status")));
            out.write("\nthread, name, state:\n".getBytes(StandardCharsets.UTF_8));
            try (Stream<Path> threads = Files.list(proc.resolve("task"))) {
                for (Path thread : threads.limit(MAX_LISTED_THREADS).toList()) {
                    out.write(thread(thread).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static String thread(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            int name = stat.lastIndexOf(')');
            return thread.getFileName() + " " + stat.substring(stat.indexOf('('), name + 1) + " "
                    + stat.charAt(name + 2) + "\n";
        } catch (IOException e) {
            return thread.getFileName() + " has ended\n";
        }
    }

    private static void copyEnd(Path log, OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            copy(channel.position(Math.max(0, channel.size() - MAX_LOG_BYTES)), out);
        }
    }

    private static void copyStart(Path log, OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            copy(channel, out);
        }
    }

    /** At most one byte too many, so that what is cut is known to be. */
    private static void copy(FileChannel channel, OutputStream out) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) MAX_LOG_BYTES + 1);
        while (piece.hasRemaining() && channel.read(piece) >= 0) {
            // A file may be read in parts.
        }
        Channels.newChannel(out).write(piece.flip());
    }
}
