// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.event.EventRecord;
import dev.muster.v1.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events of one epoch in files, each a {@link Segment}, with gaps between them where this node was not told yet.
 *
 * <p>What is damaged is cut off, with file and offset reported, and is then a gap like any other: an event is either
 * given back as it was written, or missing. Used by one thread at a time.
 */
final class EventFiles {
    private static final Pattern NAME = Pattern.compile("(\\d{1,19})\\.events");

    private final Path folder;
    private final long epoch;
    private final Retention retention;
    private final Consumer<String> report;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final Set<Segment> unsynced = new HashSet<>();
    private long unsyncedEvents;

    private EventFiles(Path folder, long epoch, Retention retention, Consumer<String> report) {
        this.folder = folder;
        this.epoch = epoch;
        this.retention = retention;
        this.report = report;
    }

    /** Opens the files of the epoch below {@code root}, reading them through, and deletes those of other epochs. */
    static EventFiles open(Path root, Epoch epoch, Retention retention, Consumer<String> report) throws IOException {
        Path folder = root.resolve(epoch.folderName());
        Files.createDirectories(folder);
        for (Path other : list(root)) {
            if (!other.equals(folder)) {
                delete(other);
            }
        }
        EventFiles files = new EventFiles(folder, epoch.fingerprint(), retention, report);
        for (Path file : list(folder)) {
            files.load(file);
        }
        // The process that wrote them may have been killed before it made them durable.
        files.segments.values().forEach(segment -> files.written(segment, segment.count()));
        return files;
    }

    /** The lowest sequence that is kept, 0 for none. */
    long first() {
        return segments.isEmpty() ? 0 : segments.firstKey();
    }

    /** The highest sequence that is kept, 0 for none. */
    long last() {
        return segments.isEmpty() ? 0 : segments.lastEntry().getValue().last();
    }

    /** Bytes of all files. */
    long bytes() {
        return segments.values().stream().mapToLong(Segment::bytes).sum();
    }

    /** The lowest kept sequence at or above this one, 0 for none. */
    long atOrAbove(long sequence) {
        if (segmentOf(sequence) != null) {
            return sequence;
        }
        Long above = segments.ceilingKey(sequence);
        return above == null ? 0 : above;
    }

    /** A kept sequence at or below the first event that is not older than this time; 0 when all are older. */
    long notAfter(long millis) {
        return segments.values().stream()
                .filter(segment -> segment.lastMillis() >= millis)
                .mapToLong(Segment::first)
                .findFirst()
                .orElse(0);
    }

    /** Adds events without a gap between them; those that are kept already are passed over. */
    void append(List<EventRecord> events) throws IOException {
        int begin = 0;
        while (begin < events.size()) {
            long sequence = events.get(begin).sequence();
            if (segmentOf(sequence) != null) {
                begin++;
            } else {
                begin += fill(events.subList(begin, events.size()));
            }
        }
    }

    /**
     * The events from one to another without a gap, as many as fit so many bytes but at least one; none when the first
     * one is not kept. They may end early.
     */
    List<Event> read(long from, long to, int maxBytes) throws IOException {
        Segment segment = segmentOf(from);
        if (segment == null) {
            return List.of();
        }
        try {
            return segment.read(from, Math.min(to, segment.last()), maxBytes);
        } catch (DamagedSegmentException damage) {
            repair(segment, damage);
            return segmentOf(from) == null ? List.of() : read(from, Math.min(to, damage.sequence() - 1), maxBytes);
        }
    }

    /** The lowest range of missing sequences between these two, both included; null for none. */
    @Nullable
    Range gap(long from, long to) {
        long next = from;
        Segment covering = segmentOf(next);
        while (covering != null) {
            next = covering.next();
            covering = segmentOf(next);
        }
        if (next > to) {
            return null;
        }
        Long above = segments.higherKey(next);
        return new Range(next, above == null ? to : Math.min(to, above - 1));
    }

    /** Sequences from one to another, both included. */
    record Range(long first, long last) {}

    /** The lowest sequence that is in one file with this one, which is kept. */
    long sameFileFrom(long sequence) {
        return segments.floorKey(sequence);
    }

    /** Deletes whole files that are beyond what is to be kept, oldest first, and returns whether. The newest one stays. */
    boolean retain(long nowMillis) throws IOException {
        int before = segments.size();
        long oldest = nowMillis - retention.age().toMillis();
        long events = segments.values().stream().mapToLong(Segment::count).sum();
        long bytes = bytes();
        while (segments.size() > 1) {
            Segment segment = segments.firstEntry().getValue();
            boolean beyond = segment.lastMillis() < oldest
                    || events - segment.count() >= retention.events()
                    || bytes > retention.bytes();
            if (!beyond) {
                break;
            }
            events -= segment.count();
            bytes -= segment.bytes();
            segment.delete();
            segments.remove(segment.first());
        }
        return segments.size() < before;
    }

    /** Makes what was written survive a power loss, if so many events or more would not. */
    void sync(int events) throws IOException {
        if (unsyncedEvents < events) {
            return;
        }
        unsynced.retainAll(segments.values());
        for (Segment segment : unsynced) {
            segment.sync();
        }
        unsynced.clear();
        unsyncedEvents = 0;
    }

    private void load(Path file) throws IOException {
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        if (!name.matches()) {
            delete(file);
            return;
        }
        try {
            Segment.Opened opened = Segment.open(file, epoch, Long.parseLong(name.group(1)));
            segments.put(opened.segment().first(), opened.segment());
            if (opened.damage() != null) {
                repair(opened.segment(), opened.damage());
            } else if (opened.segment().count() == 0) {
                drop(opened.segment());
            }
        } catch (DamagedSegmentException damage) {
            report.accept(damage.getMessage() + "; the file is dropped, its events are fetched from another node");
            delete(file);
        }
    }

    private void repair(Segment segment, DamagedSegmentException damage) throws IOException {
        report.accept(damage.getMessage() + "; what follows in the file is cut off and fetched from another node");
        segment.cut(damage.sequence());
        if (segment.count() == 0) {
            drop(segment);
        }
    }

    private void drop(Segment segment) throws IOException {
        segments.remove(segment.first());
        segment.delete();
    }

    /** Writes as many as belong into one file; returns how many. */
    private int fill(List<EventRecord> events) throws IOException {
        long sequence = events.get(0).sequence();
        Map.Entry<Long, Segment> below = segments.lowerEntry(sequence);
        Long above = segments.higherKey(sequence);
        Segment segment = below == null ? null : below.getValue();
        if (segment == null || segment.next() != sequence || segment.bytes() >= retention.fileBytes()) {
            segment = Segment.create(folder.resolve(sequence + ".events"), epoch, sequence);
            segments.put(sequence, segment);
        }
        long room = Math.max(1, retention.fileBytes() - segment.bytes());
        int count = 0;
        while (count < events.size() && room > 0 && (above == null || sequence + count < above)) {
            room -= Segment.RECORD_HEADER_BYTES + events.get(count).bytes();
            count++;
        }
        segment.append(events.subList(0, count));
        written(segment, count);
        return count;
    }

    private void written(Segment segment, int events) {
        unsynced.add(segment);
        unsyncedEvents += events;
    }

    private @Nullable Segment segmentOf(long sequence) {
        Map.Entry<Long, Segment> entry = segments.floorEntry(sequence);
        return entry == null || entry.getValue().last() < sequence ? null : entry.getValue();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static void delete(Path path) throws IOException {
        try (var entries = Files.walk(path)) {
            for (Path each : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
