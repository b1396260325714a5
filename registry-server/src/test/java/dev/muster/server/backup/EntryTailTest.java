// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.server.replica.AppliedEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EntryTailTest {
    private final EntryTail tail = new EntryTail(100);

    @Test
    void entriesAboveAnIndexComeInOrderAsFarAsTheyFit() {
        apply(5, 0, 1, 40);
        apply(7, 1, 2, 40);

        assertThat(indexes(4, 1_000)).containsExactly(5L, 7L);
        assertThat(indexes(5, 1_000)).containsExactly(7L);
        assertThat(indexes(6, 1_000)).containsExactly(7L);
        assertThat(indexes(4, 50)).containsExactly(5L);
        assertThat(indexes(4, 1)).as("one at least").containsExactly(5L);
        assertThat(indexes(7, 1_000)).isEmpty();
    }

    @Test
    void whatIsBeyondTheBoundIsNotKeptAndNotPassedOver() {
        apply(5, 0, 1, 40);
        apply(6, 1, 2, 40);
        apply(7, 2, 3, 40);

        assertThat(tail.above(4, 1_000)).isNull();
        assertThat(indexes(5, 1_000)).containsExactly(6L, 7L);
    }

    @Test
    void afterAGapItBeginsAnew() {
        apply(5, 0, 1, 10);
        apply(9, 8, 9, 10);

        assertThat(tail.above(5, 1_000)).isNull();
        assertThat(indexes(8, 1_000)).containsExactly(9L);
    }

    private void apply(long index, long chainBefore, long chain, int bytes) {
        tail.onEntry(new AppliedEntry(index, ByteString.copyFrom(new byte[bytes]), chainBefore, index, chain));
    }

    private List<Long> indexes(long above, int bytes) {
        List<AppliedEntry> found = tail.above(above, bytes);
        assertThat(found).isNotNull();
        return found.stream().map(AppliedEntry::index).toList();
    }
}
