// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.server.history.EventFiles.Range;
import dev.muster.v1.Event;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the gaps in a node's files from other nodes, one request at a time: after its disk was emptied, after a snapshot
 * was installed, after damage. What every other member was asked for and none has is given up. Confined to the loop.
 */
final class Backfill {
    private final OtherNodes others;
    private final Retention retention;
    private final Executor loop;
    private final Consumer<List<Event>> found;
    private final NavigableMap<Long, Long> lost = new TreeMap<>();
    private long floor = 1;
    private boolean asking;

    /** {@code found} puts events into the files. */
    Backfill(OtherNodes others, Retention retention, Executor loop, Consumer<List<Event>> found) {
        this.others = others;
        this.retention = retention;
        this.loop = loop;
        this.found = found;
    }

    /** Everything below was deleted because it is not to be kept any longer. */
    void keepFrom(long sequence) {
        floor = Math.max(floor, sequence);
        lost.headMap(floor).clear();
    }

    /** Asks for the lowest gap in the files, unless it asks already. What comes behind them is on its way to them. */
    void look(Epoch epoch, EventFiles files, long nowMillis) {
        long newest = files.last();
        floor = Math.max(floor, newest - retention.events() + 1);
        if (files.bytes() >= retention.bytes()) {
            floor = Math.max(floor, files.first());
        }
        Range gap = gap(files, newest);
        if (!asking && gap != null) {
            asking = true;
            long oldest = nowMillis - retention.age().toMillis();
            var unused = others.ask(epoch, gap, false).thenAcceptAsync(answer -> heard(gap, answer, oldest), loop);
        }
    }

    private void heard(Range gap, OtherNodes.Answer answer, long oldestMillis) {
        asking = false;
        if (!answer.events().isEmpty()) {
            List<Event> wanted = answer.events().stream()
                    .filter(event -> event.getTimeMillis() >= oldestMillis)
                    .toList();
            if (wanted.size() < answer.events().size()) {
                lose(gap.first(), gap.first() + answer.events().size() - wanted.size() - 1);
            }
            found.accept(wanted);
        } else if (answer.complete()) {
            lose(gap.first(), answer.next() == 0 ? gap.last() : Math.min(gap.last(), answer.next() - 1));
            found.accept(List.of());
        }
    }

    private void lose(long first, long last) {
        lost.merge(first, last, Math::max);
    }

    private @Nullable Range gap(EventFiles files, long newest) {
        long next = floor;
        while (true) {
            Range gap = files.gap(next, newest);
            if (gap == null) {
                return null;
            }
            Map.Entry<Long, Long> given = lost.floorEntry(gap.first());
            if (given == null || given.getValue() < gap.first()) {
                Long behind = lost.higherKey(gap.first());
                return behind == null || behind > gap.last() ? gap : new Range(gap.first(), behind - 1);
            }
            next = given.getValue() + 1;
        }
    }
}
