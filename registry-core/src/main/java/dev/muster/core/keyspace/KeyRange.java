// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.KeyStatus;
import dev.muster.v1.LedgerRange;
import dev.muster.v1.NumberRange;

/**
 * A line of the ledger: numbers that were handed out together and share a fate. Immutable.
 *
 * @param first the first number, with the epoch field if there is one
 * @param last the last one
 * @param status what became of them
 * @param session whom they were handed out to, 0 for no session
 * @param owner what the client called itself, or the caller's name
 * @param revision the one that handed them out
 * @param issuedAtMillis when that was, by the registry's clock
 * @param changedAtMillis when they got their status
 */
public record KeyRange(
        Uint128 first,
        Uint128 last,
        KeyStatus status,
        long session,
        String owner,
        long revision,
        long issuedAtMillis,
        long changedAtMillis) {

    /** The line in a message. */
    public static KeyRange of(LedgerRange range) {
        return new KeyRange(
                Uint128.of(range.getKeys().getFirst()),
                Uint128.of(range.getKeys().getLast()),
                range.getStatus(),
                range.getSession(),
                range.getOwner(),
                range.getRevision(),
                range.getIssuedAtMillis(),
                range.getChangedAtMillis());
    }

    /** How many numbers. */
    public long size() {
        return last.minus(first).low() + 1;
    }

    /** Whether the owner may be using them. */
    public boolean held() {
        return status == KeyStatus.KEY_STATUS_HELD;
    }

    /** Both ends, for messages. */
    public NumberRange keys() {
        return NumberRange.newBuilder()
                .setFirst(first.toProto())
                .setLast(last.toProto())
                .build();
    }

    /** The line as it stands in messages. */
    public LedgerRange toProto() {
        return LedgerRange.newBuilder()
                .setKeys(keys())
                .setStatus(status)
                .setSession(session)
                .setOwner(owner)
                .setRevision(revision)
                .setIssuedAtMillis(issuedAtMillis)
                .setChangedAtMillis(changedAtMillis)
                .build();
    }

    /** With another status from this time on. */
    KeyRange as(KeyStatus status, long clockMillis) {
        return new KeyRange(first, last, status, session, owner, revision, issuedAtMillis, clockMillis);
    }

    /** Those from this number on. */
    KeyRange from(Uint128 number) {
        return new KeyRange(number, last, status, session, owner, revision, issuedAtMillis, changedAtMillis);
    }

    /** Those below this number, which is above the first. */
    KeyRange below(Uint128 number) {
        Uint128 before = number.minus(Uint128.of(1));
        return new KeyRange(first, before, status, session, owner, revision, issuedAtMillis, changedAtMillis);
    }

    long fingerprint() {
        return Fingerprint.mix(
                first.high(),
                first.low(),
                last.high(),
                last.low(),
                status.getNumber(),
                session,
                Fingerprint.of(owner),
                revision,
                issuedAtMillis,
                changedAtMillis);
    }
}
