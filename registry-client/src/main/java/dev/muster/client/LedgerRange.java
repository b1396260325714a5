// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;

/**
 * Numbers that were handed out together and share a fate. Immutable.
 *
 * @param first the first one
 * @param last the last one
 * @param status what became of them
 * @param session whom they were handed out to, 0 for no session
 * @param owner what the client called itself, or the address of a caller without a session
 * @param revision the one that handed them out
 * @param issuedAt when that was, by the registry's clock
 * @param changedAt when they got their status
 */
public record LedgerRange(
        Key first,
        Key last,
        KeyStatus status,
        long session,
        String owner,
        long revision,
        Instant issuedAt,
        Instant changedAt) {}
