// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.session;

import com.google.protobuf.ByteString;
import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import io.vavr.collection.Vector;
import org.jspecify.annotations.Nullable;

/**
 * One client process at the registry: where its writes stand, and what came of those it may still ask for.
 *
 * <p>Writes {@code ackBelow} to {@code applied} are remembered with their outcomes, without a gap. Immutable, thus
 * thread-safe.
 */
public final class Session {
    private final long id;
    private final String clientName;
    private final long generation;
    private final long ackBelow;
    private final Vector<Remembered> outcomes;
    private final OrderedMap<Long, Long> leases;
    private final long outcomeSum;
    private final long nameFingerprint;
    private final long fingerprint;

    private Session(
            long id,
            String clientName,
            long nameFingerprint,
            long generation,
            long ackBelow,
            Vector<Remembered> outcomes,
            OrderedMap<Long, Long> leases,
            long outcomeSum) {
        this.id = id;
        this.clientName = clientName;
        this.generation = generation;
        this.ackBelow = ackBelow;
        this.outcomes = outcomes;
        this.leases = leases;
        this.outcomeSum = outcomeSum;
        this.nameFingerprint = nameFingerprint;
        this.fingerprint = Fingerprint.mix(id, nameFingerprint, generation, applied(), ackBelow, outcomeSum);
    }

    /** A session that has not written yet. */
    public static Session open(long id, String clientName, long generation) {
        return stored(id, clientName, generation, 1);
    }

    /** A stored session, before its outcomes and leases are put back. */
    public static Session stored(long id, String clientName, long generation, long ackBelow) {
        return new Session(
                id,
                clientName,
                Fingerprint.of(clientName),
                generation,
                ackBelow,
                Vector.empty(),
                OrderedMap.rankedBy(Long::longValue),
                0);
    }

    /** The revision that opened it; its own lease has the same number. */
    public long id() {
        return id;
    }

    /** For people: the program's name. */
    public String clientName() {
        return clientName;
    }

    /** The newest stream that spoke for it; older ones are refused. */
    public long generation() {
        return generation;
    }

    /** The highest executed sequence, 0 for none. */
    public long applied() {
        return ackBelow + outcomes.size() - 1;
    }

    /** The lowest sequence whose outcome the client may still ask for. */
    public long ackBelow() {
        return ackBelow;
    }

    /** How many outcomes are remembered. */
    public int outcomeCount() {
        return outcomes.size();
    }

    /** The remembered outcomes, of {@link #ackBelow} and on. */
    public Iterable<Remembered> outcomes() {
        return outcomes;
    }

    /** The outcome of the sequence, if it is remembered. */
    public @Nullable Remembered outcome(long sequence) {
        return sequence >= ackBelow && sequence <= applied() ? outcomes.get((int) (sequence - ackBelow)) : null;
    }

    /** All its leases, its own first. */
    public Iterable<Long> leases() {
        return leases.values();
    }

    /** Spoken for by this stream from now on. */
    public Session generation(long generation) {
        return generation == this.generation
                ? this
                : new Session(id, clientName, nameFingerprint, generation, ackBelow, outcomes, leases, outcomeSum);
    }

    /** Without the outcomes below the sequence. What is not executed yet cannot be given up. */
    public Session acknowledge(long below) {
        long target = Math.min(below, applied() + 1);
        if (target <= ackBelow) {
            return this;
        }
        int given = (int) (target - ackBelow);
        long rest = outcomeSum;
        for (int i = 0; i < given; i++) {
            rest -= fingerprint(outcomes.get(i));
        }
        return new Session(id, clientName, nameFingerprint, generation, target, outcomes.drop(given), leases, rest);
    }

    /** With the outcome of the next sequence. */
    public Session remember(Remembered outcome) {
        if (outcome.sequence() != applied() + 1) {
            throw new IllegalStateException("outcome " + outcome.sequence() + " after " + applied());
        }
        return new Session(
                id,
                clientName,
                nameFingerprint,
                generation,
                ackBelow,
                outcomes.append(outcome),
                leases,
                outcomeSum + fingerprint(outcome));
    }

    /** With one lease more. */
    public Session with(long lease) {
        return new Session(
                id, clientName, nameFingerprint, generation, ackBelow, outcomes, leases.put(lease, lease), outcomeSum);
    }

    /** With one lease less. */
    public Session without(long lease) {
        return new Session(
                id, clientName, nameFingerprint, generation, ackBelow, outcomes, leases.remove(lease), outcomeSum);
    }

    long fingerprint() {
        return fingerprint;
    }

    private long fingerprint(Remembered outcome) {
        return Fingerprint.mix(id, outcome.sequence(), outcome.digest(), outcome.fingerprint());
    }

    /**
     * What came of one write.
     *
     * @param sequence its place in the session
     * @param digest fingerprint of its operation
     * @param result an encoded {@link dev.muster.v1.Result}
     * @param fingerprint of the result's bytes
     */
    public record Remembered(long sequence, long digest, ByteString result, long fingerprint) {
        /** The outcome with the fingerprint of its result. */
        public static Remembered of(long sequence, long digest, ByteString result) {
            return new Remembered(sequence, digest, result, Fingerprint.of(result.toByteArray()));
        }
    }
}
