// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** What kind of thing happened. */
public enum EventType {
    /** The cluster began. */
    CLUSTER_CREATED,
    /** A node began to lead. */
    LEADER_CHANGED,
    /** The leader's clock went forward by more than an hour at once. */
    CLOCK_JUMP,
    /** The cluster knows more operations from now on. */
    FEATURE_LEVEL_RAISED,
    /** Another epoch began, with what a backup held. */
    RESTORED,
    /** A client process opened a session. */
    SESSION_OPENED,
    /** A session was closed by its owner. */
    SESSION_CLOSED,
    /** A session's owner was not heard in time. */
    SESSION_EXPIRED,
    /** A lease was granted. */
    LEASE_GRANTED,
    /** A lease was ended by its owner. */
    LEASE_REVOKED,
    /** A lease was not renewed in time. */
    LEASE_EXPIRED,
    /** A lease ran out, but what lives under it is kept: too much of its service would have gone at once. */
    LEASE_HELD,
    /** The owner of a held lease was heard again. */
    LEASE_RESUMED,
    /** An instance was put on the list. */
    INSTANCE_REGISTERED,
    /** A newer process took the place of an instance. */
    INSTANCE_REPLACED,
    /** An instance says something else of itself. */
    INSTANCE_UPDATED,
    /** An instance was taken off the list. */
    INSTANCE_DEREGISTERED,
    /** An instance went with its lease. */
    INSTANCE_EXPIRED,
    /** An instance was shut out: a newer process took its place. */
    INSTANCE_FENCED,
    /** A keyspace was created. */
    KEYSPACE_CREATED,
    /** Numbers of a keyspace were handed out. */
    KEYSET_ISSUED,
    /** Numbers of a keyspace were returned unused; they are not handed out again. */
    KEYS_RETURNED,
    /** Numbers of a keyspace will never be handed out, though nobody knows whether they were used. */
    KEYSETS_SKIPPED,
    /** A keyspace that a restore had closed goes on; the numbers before that are lost. */
    KEYSPACE_RESUMED,
    /** A node noticed something about itself. */
    NODE_REPORT,
    /** A client said so: {@link RegistryEvent#kind()} says what. */
    CLIENT,
    /** Nobody said what came of what a client said it would do: {@link RegistryEvent#pair()} says of which event. */
    CLIENT_INTERRUPTED,
    /** The keeper of a host is not heard any more: the id of {@link RegistryEvent#key()} is the host. */
    KEEPER_LOST,
    /** A keeper that was lost is heard again. */
    KEEPER_BACK,
    /** A newer registry knows more than this client. */
    UNKNOWN
}
