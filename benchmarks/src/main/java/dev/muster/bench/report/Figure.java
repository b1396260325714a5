// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

/** What a number of the table is, with its unit. */
public enum Figure {
    /** Operations that were acknowledged. */
    OPERATIONS_PER_SECOND("ops/s", Better.HIGHER),
    /** Events that were delivered under their own revision, to all watchers together. */
    EVENTS_PER_SECOND("events/s", Better.HIGHER),
    /** The median of the latencies. */
    P50_MILLIS("p50 ms", Better.LOWER),
    /** Of the latencies; of the delays from a write's begin to its event. */
    P99_MILLIS("p99 ms", Better.LOWER),
    /** Of the latencies. */
    P999_MILLIS("p99.9 ms", Better.LOWER),
    /** The longest of the latencies. */
    LONGEST_MILLIS("longest ms", Better.LOWER),
    /** The longest time between two acknowledged writes around a fault. */
    GAP_MILLIS("gap ms", Better.LOWER),
    /** What the work took as a whole. */
    SECONDS("seconds", Better.LOWER),
    /** Processor time of the three servers for 100,000 operations or events. */
    SERVER_CPU("srv s/100k", Better.LOWER),
    /** Processor time of the client for 100,000 operations or events. */
    CLIENT_CPU("cli s/100k", Better.LOWER),
    /** Processor time of the three servers in a minute. */
    SERVER_CPU_PER_MINUTE("srv s/min", Better.LOWER),
    /** The same before the work began. */
    IDLE_CPU_PER_MINUTE("idle s/min", Better.LOWER),
    /** Leases that were confirmed. */
    RENEWALS_PER_SECOND("renewals/s", Better.HIGHER),
    /** Processor time of the caller. */
    NANOS_PER_OPERATION("ns/op", Better.LOWER),
    /** Memory that the caller allocated. */
    BYTES_PER_OPERATION("bytes/op", Better.LOWER),
    /** What 100,000 instances added to a node: to its live heap, or without a JVM to its resident memory. */
    MEGABYTES("MB/100k", Better.LOWER),
    /** Resident memory, a mean over the nodes. */
    RESIDENT_MEGABYTES("RSS MB/node", Better.LOWER),
    /** Live heap after a full collection, a mean over the nodes. */
    HEAP_MEGABYTES("heap MB/node", Better.LOWER),
    /** The same latency of the same load without the disturbance. */
    CALM_P99_MILLIS("calm p99 ms", Better.LOWER),
    /** Operations that failed. */
    FAILURES("failed", Better.LOWER);

    private final String title;
    private final Better better;

    /** Which of two numbers is the better one. */
    enum Better {
        HIGHER,
        LOWER
    }

    Figure(String title, Better better) {
        this.title = title;
        this.better = better;
    }

    /** As the table's head has it. */
    public String title() {
        return title;
    }

    /** How many times ours is better than theirs. */
    double ratio(double ours, double theirs) {
        return better == Better.HIGHER ? ours / theirs : theirs / ours;
    }
}
