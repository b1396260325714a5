// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * A sequence of numbers, each of which is handed out once, to one process of all.
 *
 * <pre>{@code
 * Keyspace invoices = muster.keyspace("invoice");
 * long number = invoices.nextLong();
 * }</pre>
 *
 * <p>{@link #next} takes from key sets that were fetched before, so it waits for the network only at the beginning and
 * when numbers are used up faster than they come. The sets grow and shrink with the use: each shall last about a second,
 * up to 1,048,576 numbers. Two are here at a time, one in use and one in reserve.
 *
 * <p><b>What is guaranteed.</b> No number is given out twice, by whichever process, through any fault: each set was
 * committed by a majority before it arrived, and is handed out to nobody else ever again. A number that was given out
 * stands in the ledger as held, issued or lost.
 *
 * <p><b>What becomes of the rest.</b> {@link #close} returns the numbers that were not used. When the process dies instead,
 * or is not heard for longer than its session's time, nobody knows which it used: the whole sets are lost, and are
 * skipped. A process that is only cut off or frozen stops by itself: it gives numbers out only while its last acknowledged
 * keep-alive, counted from when it was sent, is younger than nine tenths of the session's time. That is before the
 * registry can call the session ended, by the monotonic clock of this machine. After that, {@code next} waits for the
 * registry: if the session lived on, it goes on where it stood, else with new sets of the next session. Two things a
 * client cannot know remain: a thread that is stopped between this check and the return of {@code next}, and a machine
 * whose monotonic clock stands still while it sleeps, may give out a number that is in the ledger as lost. It is still
 * given out only once.
 *
 * <p>Numbers of one process mostly rise but have gaps; those of several processes are not in the order of time.
 *
 * <p>Safe for use by any number of threads.
 */
public interface Keyspace extends AutoCloseable {
    /** Its name. */
    String name();

    /**
     * A number that nobody else has. Waits up to the request timeout when none is here.
     *
     * @throws MusterException with {@link MusterException.Reason#NOT_FOUND} when there is no such keyspace, with
     *     {@link MusterException.Reason#EXHAUSTED} when it has no number left, with
     *     {@link MusterException.Reason#CLOSED} after a restore, and with
     *     {@link MusterException.Reason#UNAVAILABLE} when none came in time; no number was used then
     */
    Key next();

    /**
     * As {@link #next}, for keyspaces of up to 63 bits.
     *
     * @throws ArithmeticException when the number is higher than {@link Long#MAX_VALUE}; it is used all the same
     */
    default long nextLong() {
        return next().toLong();
    }

    /**
     * So many numbers in a row, 1 to 1,048,576, fetched now. They are the caller's from then on and are not returned by
     * {@link #close}.
     *
     * @throws MusterException as for {@link #next}; when the fate is {@link MusterException.Fate#UNKNOWN}, a set may have
     *     been handed out that nobody has
     */
    KeySet nextSet(int size);

    /**
     * Returns to the registry what was fetched and not used. Waits for it no longer than the request timeout; what it did
     * not hear of is counted as issued when the session ends in order. Closing twice is allowed.
     */
    @Override
    void close();
}
