// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Digest;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class DigestRingTest {
    private final DigestRing ring = new DigestRing();

    @Test
    void statesAreNotedAtTheSameIndexesByAllNodes() {
        note(0, 600);
        assertThat(ring.list()).containsExactly(digest(256), digest(512));
    }

    @Test
    void newestAreKept() {
        note(1, 100L * DigestRing.EVERY);

        assertThat(ring.list())
                .hasSize(DigestRing.KEPT)
                .startsWith(digest((101L - DigestRing.KEPT) * DigestRing.EVERY))
                .endsWith(digest(100L * DigestRing.EVERY));
    }

    @Test
    void whatWasBeforeTheStateOfAnotherNodeIsForgotten() {
        note(1, 1_000);
        ring.clear();
        assertThat(ring.list()).isEmpty();

        note(1_001, 1_024);
        assertThat(ring.list()).containsExactly(digest(1_024));
    }

    private void note(long first, long last) {
        LongStream.rangeClosed(first, last).forEach(index -> ring.note(index, state(index)));
    }

    private static Digest digest(long index) {
        return new Digest(index, state(index).contentHash());
    }

    private static RegistryState state(long revision) {
        return RegistryState.empty().toBuilder().revision(revision).build();
    }
}
