// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing that happened, as one line of the event log. The same on every node. Immutable.
 *
 * @param sequence its place in the log: 1, 2, 3, ... without a gap
 * @param revision of the change that made it; events of one change share it
 * @param time by the registry's clock, which never goes back
 * @param type what kind of thing
 * @param kind of a {@link EventType#CLIENT} event: what kind of thing, in the client's words; else empty
 * @param cause why, for people; of a client's event its text
 * @param actor who: the address of the caller, or the node for what the registry does by itself
 * @param key the instance concerned, if it is about one
 * @param incarnation of the instance, 0 for none
 * @param status what the instance says of itself from here on, if it was registered or updated
 * @param keyspace the keyspace concerned, empty if it is about none
 * @param keys its numbers concerned, if it is about any
 * @param lease concerned, 0 for none
 * @param session concerned, 0 for none
 * @param term that began, 0 for none
 * @param pair of a client's event that is one of two: which one
 * @param failover how its leader followed the one before, if there was one
 */
public record RegistryEvent(
        long sequence,
        long revision,
        Instant time,
        EventType type,
        String kind,
        String cause,
        String actor,
        Optional<InstanceKey> key,
        long incarnation,
        Optional<InstanceStatus> status,
        String keyspace,
        Optional<KeySet> keys,
        long lease,
        long session,
        long term,
        Optional<EventPair> pair,
        Optional<Failover> failover) {}
