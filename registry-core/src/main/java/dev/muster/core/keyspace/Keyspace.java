// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.KeyStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of numbers, how far it was handed out, and the ledger of what became of what was.
 *
 * <p>Every number from the start to the high-water mark has exactly one status, and the counts add up to just these
 * numbers. The high-water mark only rises: no number is handed out twice, neither one that was given back nor one whose
 * owner died before it said what it used. Ranges stand in the ledger by their last number; the oldest settled ones are
 * summarised in counts. Immutable over persistent maps, thus thread-safe.
 */
public final class Keyspace {
    private final KeyspaceSpec spec;
    private final long epochId;
    private final Uint128 next;
    private final Ledger ledger;

    private Keyspace(KeyspaceSpec spec, long epochId, Uint128 next, Ledger ledger) {
        this.spec = spec;
        this.epochId = epochId;
        this.next = next;
        this.ledger = ledger;
    }

    /** A keyspace of which nothing was handed out, in its first epoch. */
    public static Keyspace create(KeyspaceSpec spec, long epochId) {
        return new Keyspace(spec, epochId, spec.start(), Ledger.EMPTY);
    }

    /** A stored keyspace, before the ranges of its ledger are put back. */
    public static Keyspace stored(KeyspaceSpec spec, long epochId, Uint128 next, Tally summarised) {
        return new Keyspace(spec, epochId, next, Ledger.EMPTY.summarised(summarised));
    }

    /** What it was created as. */
    public KeyspaceSpec spec() {
        return spec;
    }

    /** The epoch in which it last handed out numbers. */
    public long epochId() {
        return epochId;
    }

    /** The high-water mark, without the epoch field: what is below was handed out. One above the last at the end. */
    public Uint128 next() {
        return next;
    }

    /** How many numbers are left. */
    public Uint128 left() {
        return spec.max().plus(1).minus(next);
    }

    /** How many numbers were handed out, by what became of them. */
    public Tally tally() {
        return ledger.total();
    }

    /** How many of them stand in no range any more. */
    public Tally summarised() {
        return ledger.summarised();
    }

    /** How many sets are in the hands of owners that live. */
    public int heldCount() {
        return ledger.held().size();
    }

    /** How many ranges are settled and not summarised. */
    public int settledCount() {
        return ledger.settled().size();
    }

    /** The sets that the session holds, oldest first. */
    public List<KeyRange> heldBy(long session) {
        return ledger.heldBy(session);
    }

    /** The ranges that are not held, in the order of their numbers. */
    public Iterable<KeyRange> settled() {
        return ledger.settled().values();
    }

    /** The sets that are held, in the order of their numbers. */
    public Iterable<KeyRange> held() {
        return ledger.held().values();
    }

    /** The range that ends with this number. */
    public @Nullable KeyRange endingWith(Uint128 last) {
        KeyRange range = ledger.get(spec.counter(last));
        return range != null && range.last().equals(last) ? range : null;
    }

    /** At most so many ranges above the number that changed at or after that time, in the order of their numbers. */
    public List<KeyRange> ranges(@Nullable Uint128 above, long sinceMillis, int most) {
        List<KeyRange> found = new ArrayList<>();
        for (OrderedMap<Uint128, KeyRange> part : List.of(ledger.held(), ledger.settled())) {
            int taken = 0;
            for (KeyRange range : above == null ? part.values() : part.valuesAbove(spec.counter(above))) {
                if (range.changedAtMillis() >= sinceMillis && taken++ < most) {
                    found.add(range);
                }
                if (taken >= most) {
                    break;
                }
            }
        }
        found.sort(Comparator.comparing(range -> spec.counter(range.last())));
        return found.size() > most ? found.subList(0, most) : found;
    }

    /**
     * The keyspace as it may go on in an epoch, or null when it is closed there: the rule of recovery.
     *
     * <p>A restore begins a new epoch with an older state. Nobody knows which numbers were handed out after that state,
     * and uncertain means used. With an epoch field all numbers of the new epoch are others, so it goes on by itself.
     * Without one, or if both epochs have the same field, every number above the high-water mark is uncertain: it is
     * closed. Nothing is ever reset.
     */
    public @Nullable Keyspace recover(long currentEpochId) {
        if (currentEpochId == epochId) {
            return this;
        }
        return spec.field(currentEpochId) == spec.field(epochId)
                ? null
                : new Keyspace(spec, currentEpochId, next, ledger);
    }

    /** The highest number that {@link #resume} may be told, when it may skip so many. */
    public Uint128 highestResumption(long mostSkipped) {
        Uint128 most = left().compareTo(Uint128.of(mostSkipped)) < 0 ? left() : Uint128.of(mostSkipped);
        return next.plus(most.low());
    }

    /** The number as the high-water mark is told: without the epoch field. */
    public Uint128 counter(Uint128 number) {
        return spec.counter(number);
    }

    /** Going on in the epoch with this number, from the high-water mark up; those before it are lost. */
    public Keyspace resume(long currentEpochId, Uint128 from, String by, long revision, long clockMillis) {
        if (from.equals(next)) {
            return new Keyspace(spec, currentEpochId, from, ledger);
        }
        Uint128 last = from.minus(Uint128.of(1));
        KeyRange skipped = new KeyRange(
                spec.number(next, epochId),
                spec.number(last, epochId),
                KeyStatus.KEY_STATUS_LOST,
                0,
                by,
                revision,
                clockMillis,
                clockMillis);
        return new Keyspace(spec, currentEpochId, from, ledger.with(last, skipped));
    }

    /** The set of so many numbers, at most as many as are left, that {@link #issue} would hand out. */
    public KeyRange upcoming(int size, KeyStatus status, long session, String owner, long revision, long clockMillis) {
        Uint128 last = next.plus(size - 1L);
        return new KeyRange(
                spec.number(next, epochId),
                spec.number(last, epochId),
                status,
                session,
                owner,
                revision,
                clockMillis,
                clockMillis);
    }

    /** With the upcoming set handed out. */
    public Keyspace issue(KeyRange upcoming) {
        Uint128 last = spec.counter(upcoming.last());
        if (!spec.counter(upcoming.first()).equals(next) || last.compareTo(spec.max()) > 0) {
            throw new IllegalStateException("set " + upcoming + " is not the next one after " + next);
        }
        return new Keyspace(spec, epochId, last.plus(1), ledger.with(last, upcoming));
    }

    /** With a stored range put back. */
    public Keyspace with(KeyRange range) {
        return new Keyspace(spec, epochId, next, ledger.with(spec.counter(range.last()), range));
    }

    /** With another status of a range that is in the ledger. */
    public Keyspace settle(KeyRange range, KeyStatus status, long clockMillis) {
        Uint128 last = spec.counter(range.last());
        return new Keyspace(spec, epochId, next, ledger.without(last, range).with(last, range.as(status, clockMillis)));
    }

    /** With the end of a range that is in the ledger, from this number of it on, given back. */
    public Keyspace giveBack(KeyRange range, Uint128 from, long clockMillis) {
        Uint128 last = spec.counter(range.last());
        Ledger rest = ledger.without(last, range);
        if (range.first().compareTo(from) < 0) {
            KeyRange used = range.below(from);
            rest = rest.with(spec.counter(used.last()), used);
        }
        KeyRange returned = range.from(from).as(KeyStatus.KEY_STATUS_RETURNED, clockMillis);
        return new Keyspace(spec, epochId, next, rest.with(last, returned));
    }

    /** With at most so many settled ranges, the oldest ones summarised. */
    public Keyspace summarise(int most) {
        return new Keyspace(spec, epochId, next, ledger.summarise(most));
    }

    /** Of all of it. */
    long fingerprint() {
        return Fingerprint.mix(spec.fingerprint(), epochId, next.high(), next.low(), ledger.fingerprint());
    }

    /** As it stands in messages of an epoch. */
    public dev.muster.v1.Keyspace toProto(long currentEpochId) {
        Keyspace current = recover(currentEpochId);
        Keyspace shown = current == null ? this : current;
        dev.muster.v1.Keyspace.Builder message = dev.muster.v1.Keyspace.newBuilder()
                .setName(spec.name())
                .setWidth(spec.width())
                .setStart(spec.number(spec.start(), shown.epochId).toProto())
                .setMax(spec.number(spec.max(), shown.epochId).toProto())
                .setClosed(current == null)
                .setHeld(tally().held())
                .setIssued(tally().issued())
                .setReturned(tally().returned())
                .setLost(tally().lost())
                .setSummarised(summarised().sum());
        if (next.compareTo(spec.max()) <= 0) {
            message.setNext(spec.number(next, shown.epochId).toProto());
        }
        return message.build();
    }
}
