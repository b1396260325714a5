// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

/** What a JVM ran out of. */
public enum MemoryErrorKind {
    /** Objects: {@code Java heap space}. A collector that gives up (GC overhead) is counted here, too. */
    HEAP,
    /** The depth of one thread's calls: {@code StackOverflowError}. */
    STACK,
    /** Descriptions of classes: {@code Metaspace}. */
    METASPACE,
    /** The part of these that compressed pointers reach: {@code Compressed class space}. */
    CLASS_SPACE,
    /** Buffers outside the heap. The JVM does not count these: they are seen in the log only. */
    DIRECT,
    /** Threads: {@code unable to create native thread}. No option of the JVM helps. */
    THREADS,
    /** One array larger than any can be. No option of the JVM helps. */
    ARRAY_SIZE
}
