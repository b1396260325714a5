// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Settings;

/**
 * The constant bounds of the registry, in one place, asserted against each other when the class is loaded.
 *
 * <p>Bounds that may differ between clusters are no constants: they are {@link Settings} and live in the state.
 * Stateless, thus thread-safe.
 */
public final class Limits {
    /** The feature level of this code: operations and fields above it are refused. */
    public static final int FEATURE_LEVEL = 1;

    /** Characters of a namespace, a service and an instance id. */
    public static final int MAX_NAME_CHARS = 128;

    /** Characters of an endpoint's name and protocol, and of a node's name. */
    public static final int MAX_SHORT_NAME_CHARS = 63;

    /** Characters of a host: the longest DNS name. */
    public static final int MAX_HOST_CHARS = 253;

    /** The highest port. */
    public static final int MAX_PORT = 65_535;

    /** Endpoints of an instance. */
    public static final int MAX_ENDPOINTS = 16;

    /** Characters of a zone, a version and a client's name. */
    public static final int MAX_LABEL_CHARS = 128;

    /** Characters of a principal and of an id of the cluster or group. */
    public static final int MAX_PRINCIPAL_CHARS = 256;

    /** Characters of a node's report. */
    public static final int MAX_REPORT_CHARS = 1024;

    /** Characters of the text of an event that a client appends. */
    public static final int MAX_EVENT_TEXT_CHARS = 1024;

    /** Types that a question for events may name. */
    public static final int MAX_EVENT_TYPES = 32;

    /** The highest weight, and the one that is meant when a request names none. */
    public static final int MAX_WEIGHT = 65_535;

    /** See {@link #MAX_WEIGHT}. */
    public static final int DEFAULT_WEIGHT = 100;

    /** Pairs of metadata. */
    public static final int MAX_METADATA_ENTRIES = 64;

    /** Characters of a metadata key. */
    public static final int MAX_METADATA_KEY_CHARS = 128;

    /** UTF-8 bytes of all metadata keys and values of an instance. */
    public static final int MAX_METADATA_BYTES = 4 * 1024;

    /** The shortest time of a lease. */
    public static final int MIN_TTL_MILLIS = 1_000;

    /** The longest time of a lease. */
    public static final int MAX_TTL_MILLIS = 3_600_000;

    /** Changes in a batch. */
    public static final int MAX_BATCH_CHANGES = 128;

    /** Leases in one command that expires or resumes them. */
    public static final int MAX_LEASES_PER_COMMAND = 4_096;

    /** Leases in one keep-alive. */
    public static final int MAX_LEASES_PER_KEEP_ALIVE = 10_000;

    /** Keyspaces. */
    public static final int MAX_KEYSPACES = 1_000;

    /** Bits of a keyspace's numbers, at least and at most, and what is meant when a request names none. */
    public static final int MIN_KEY_BITS = 32;

    /** See {@link #MIN_KEY_BITS}. */
    public static final int MAX_KEY_BITS = 128;

    /** See {@link #MIN_KEY_BITS}: fits a signed integer of 64 bits. */
    public static final int DEFAULT_KEY_BITS = 63;

    /** Numbers in a key set. */
    public static final int MAX_KEYSET_SIZE = 1_048_576;

    /** Key sets of one keyspace that one session holds: who takes another one is done with the oldest. */
    public static final int MAX_KEYSETS_PER_SESSION = 16;

    /** Key sets of one keyspace that are held by sessions. */
    public static final int MAX_HELD_KEYSETS = 16_384;

    /** Ranges of one keyspace's ledger beside the held ones; older ones are summarised. */
    public static final int MAX_LEDGER_RANGES = 1_024;

    /** Numbers that an operator may skip at once when a keyspace goes on after a restore. */
    public static final long MAX_SKIPPED_KEYS = 1_000_000_000_000_000L;

    /** Services that one stream of watches follows. */
    public static final int MAX_WATCHES_PER_STREAM = 16_384;

    /** Services or ranges on a page. */
    public static final int MAX_PAGE_SIZE = 1_000;

    /** See {@link #MAX_PAGE_SIZE}; meant when a request names none. */
    public static final int DEFAULT_PAGE_SIZE = 100;

    /** The highest age that a BOUNDED read may ask for. */
    public static final int MAX_READ_AGE_MILLIS = 3_600_000;

    /** Bytes of an encoded operation. */
    public static final int MAX_OPERATION_BYTES = 64 * 1024;

    /** Bytes of an encoded log entry. */
    public static final int MAX_ENTRY_BYTES = 1024 * 1024;

    /** Commands in one log entry. */
    public static final int MAX_ENTRY_COMMANDS = 16_384;

    /** Bytes of a frame of a stream. */
    public static final int MAX_FRAME_BYTES = 1024 * 1024;

    /** Bytes of a command: an operation with its stamp and its place in a session. */
    public static final int MAX_COMMAND_BYTES = MAX_OPERATION_BYTES + 2 * 1024;

    /** Bytes of commands, before their stamps, after which a log entry takes no more: stamped it stays below its bound. */
    public static final int MAX_ENTRY_FILL_BYTES = MAX_ENTRY_BYTES / 2;

    /** Bytes of commands that may wait on a leader for the log. */
    public static final int MAX_QUEUED_BYTES = 32 * 1024 * 1024;

    /** A forward step of the registry's clock above this is taken as this, and reported. */
    public static final long MAX_CLOCK_STEP_MILLIS = 3_600_000;

    /** The last millisecond of the year 9999: a first command stamped later is refused. */
    public static final long MAX_CLOCK_MILLIS = 253_402_300_799_999L;

    /** Upper bound of the counts in {@link Settings}, so that their sums stay within an int. */
    public static final int MAX_SETTING_COUNT = 100_000_000;

    /** Upper bound of {@link Settings#getMaxOutcomes()}. */
    public static final int MAX_SETTING_OUTCOMES = 65_536;

    /** Upper bound of the times in {@link Settings}. */
    public static final int MAX_SETTING_MILLIS = 86_400_000;

    private static final int MAX_VARINT_BYTES = 10;
    private static final int MAX_UTF8_BYTES_PER_CHAR = 4;

    static {
        require(DEFAULT_WEIGHT <= MAX_WEIGHT, "the default weight is a weight");
        require(MAX_SHORT_NAME_CHARS <= MAX_NAME_CHARS, "a short name is shorter than a name");
        require(MIN_TTL_MILLIS < MAX_TTL_MILLIS, "the shortest lease is shorter than the longest");
        require(
                MIN_KEY_BITS <= DEFAULT_KEY_BITS && DEFAULT_KEY_BITS <= MAX_KEY_BITS,
                "the default width of keys is a width");
        require(
                MAX_KEYSETS_PER_SESSION < MAX_HELD_KEYSETS,
                "a session does not hold all the key sets that may be held");
        require(DEFAULT_PAGE_SIZE <= MAX_PAGE_SIZE, "the default page is a page");
        require(
                (MAX_NAME_CHARS * 3 + MAX_LABEL_CHARS * 2) * MAX_UTF8_BYTES_PER_CHAR
                                + MAX_ENDPOINTS * (MAX_SHORT_NAME_CHARS * 2 + MAX_HOST_CHARS + 16)
                                + MAX_METADATA_BYTES
                                + MAX_METADATA_ENTRIES * 8
                        < MAX_OPERATION_BYTES,
                "the largest instance fits an operation");
        require(
                MAX_LEASES_PER_COMMAND * (MAX_VARINT_BYTES + 1) < MAX_OPERATION_BYTES,
                "the leases of a command fit an operation");
        require(
                (MAX_PRINCIPAL_CHARS + MAX_SHORT_NAME_CHARS) * MAX_UTF8_BYTES_PER_CHAR + 16 * MAX_VARINT_BYTES
                        < MAX_COMMAND_BYTES - MAX_OPERATION_BYTES,
                "the largest stamp fits a command beside the largest operation");
        require(
                MAX_ENTRY_FILL_BYTES + MAX_COMMAND_BYTES < MAX_ENTRY_BYTES,
                "a log entry that still takes commands takes the largest one");
        require(MAX_OPERATION_BYTES < MAX_FRAME_BYTES, "the largest operation fits a frame");
    }

    private Limits() {}

    /** What a new cluster starts with when its operator says nothing else. */
    public static Settings defaultSettings() {
        return Settings.newBuilder()
                .setMaxInstances(1_000_000)
                .setMaxInstancesPerService(100_000)
                .setMaxSessions(100_000)
                .setMaxLeases(200_000)
                .setMaxOutcomes(4_096)
                .setMaxTombstones(100_000)
                .setMaxEvents(10_000)
                .setExpiryBudgetPercent(50)
                .setExpiryBudgetMinInstances(4)
                .setExpiryWindowMillis(30_000)
                .setHoldMillis(60_000)
                .setMaxPairs(10_000)
                .setPairGraceMillis(300_000)
                .build();
    }

    private static void require(boolean holds, String claim) {
        if (!holds) {
            throw new IllegalStateException("limits contradict each other; expected: " + claim);
        }
    }
}
