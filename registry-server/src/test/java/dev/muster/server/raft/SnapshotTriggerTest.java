// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SnapshotTriggerTest {
    private static final long MIB = 1 << 20;
    private static final RaftOptions OPTIONS = RaftGroupFixture.options();

    private long now;
    private long newestIndex;
    private long newestBytes;
    private final SnapshotTrigger trigger =
            new SnapshotTrigger(OPTIONS, 1, () -> now, () -> newestIndex, () -> newestBytes);

    @Test
    void dueAfterSoManyEntries() {
        assertThat(trigger.due(19_999, 0)).isFalse();
        assertThat(trigger.due(20_000, 0)).isTrue();
        trigger.taken(20_000, 0);
        assertThat(trigger.due(39_999, 0)).isFalse();
        assertThat(trigger.due(40_000, 0)).isTrue();
    }

    @Test
    void entriesBeforeARestartCount() {
        newestIndex = 100;
        assertThat(trigger.due(20_099, 0)).isFalse();
        assertThat(trigger.due(20_100, 0)).isTrue();
    }

    @Test
    void snapshotThatCameFromTheLeaderNeedsNoOtherOne() {
        newestIndex = 1_000_000;
        assertThat(trigger.due(1_000_001, 0)).isFalse();
    }

    @Test
    void dueWhenTheLogIsLongerThanTheSnapshotByFar() {
        assertThat(trigger.due(1, 4 * MIB - 1)).isFalse();
        assertThat(trigger.due(1, 4 * MIB)).isTrue();
        trigger.taken(1, 4 * MIB);
        newestBytes = 10 * MIB;
        assertThat(trigger.due(2, 44 * MIB - 1)).isFalse();
        assertThat(trigger.due(2, 44 * MIB)).isTrue();
        trigger.taken(2, 44 * MIB);
        newestBytes = 1000 * MIB;
        assertThat(trigger.due(3, 108 * MIB - 1)).isFalse();
        assertThat(trigger.due(3, 108 * MIB)).isTrue();
    }

    @Test
    void nodesTakeTurns() {
        SnapshotTrigger first = new SnapshotTrigger(OPTIONS, 0.25, () -> now, () -> newestIndex, () -> newestBytes);
        assertThat(first.due(1, MIB - 1)).isFalse();
        assertThat(first.due(1, MIB)).isTrue();
        first.taken(1, MIB);
        assertThat(first.due(2, 5 * MIB - 1)).isFalse();
        assertThat(first.due(2, 5 * MIB)).isTrue();
    }

    @Test
    void dueAfterAWhileIfAnythingChanged() {
        newestIndex = 7;
        now = OPTIONS.snapshotInterval().toNanos() - 1;
        assertThat(trigger.due(8, 0)).isFalse();
        now++;
        assertThat(trigger.due(7, 0)).isFalse();
        assertThat(trigger.due(8, 0)).isTrue();
        trigger.taken(8, 0);
        assertThat(trigger.due(9, 0)).isFalse();
    }
}
