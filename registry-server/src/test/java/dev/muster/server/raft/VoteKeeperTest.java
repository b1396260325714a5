// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VoteKeeperTest {
    private static final String SELF = "n1-00000000000000a1";
    private static final String OTHER = "n2-00000000000000b2";

    @TempDir
    Path folder;

    @Test
    void whatRatisWroteIsReadBack() throws IOException {
        VoteKeeper keeper = new VoteKeeper(folder.resolve("raft-meta"), folder.resolve("votes"));
        keeper.keep();
        assertThat(VoteKeeper.keptIn(folder.resolve("votes"))).isEmpty();
        for (Vote vote : new Vote[] {new Vote(1, ""), new Vote(1, SELF), new Vote(12, OTHER)}) {
            Files.writeString(
                    folder.resolve("raft-meta"), "#\nvotedFor=" + vote.votedFor() + "\nterm=" + vote.term() + "\n");
            keeper.keep();
            assertThat(VoteKeeper.keptIn(folder.resolve("votes"))).contains(vote);
        }
        Files.writeString(folder.resolve("raft-meta"), "");
        keeper.keepTerm(13);
        assertThat(VoteKeeper.keptIn(folder.resolve("votes"))).contains(new Vote(12, OTHER));
    }

    @Test
    void damagedCopyIsNone() throws IOException {
        Path copy = folder.resolve("votes");
        Files.writeString(folder.resolve("raft-meta"), "votedFor=" + SELF + "\nterm=12\n");
        new VoteKeeper(folder.resolve("raft-meta"), copy).keep();
        byte[] whole = Files.readAllBytes(copy);
        for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(copy, flipped);
            assertThat(VoteKeeper.keptIn(copy)).as("bit %d", bit).isEmpty();
        }
        for (int size = 0; size < whole.length; size++) {
            Files.write(copy, Arrays.copyOf(whole, size));
            assertThat(VoteKeeper.keptIn(copy)).as("cut to %d", size).isEmpty();
        }
    }

    @Test
    void lowerTermAndAnotherVoteInTheSameTermForgetAPromise() {
        Vote promise = new Vote(3, SELF);
        assertThat(new Vote(2, SELF).forgets(promise)).isTrue();
        assertThat(new Vote(3, OTHER).forgets(promise)).isTrue();
        assertThat(new Vote(3, "").forgets(promise)).isTrue();
        assertThat(promise.forgets(promise)).isFalse();
        assertThat(new Vote(4, "").forgets(promise)).isFalse();
        assertThat(new Vote(3, OTHER).forgets(new Vote(3, ""))).isFalse();
    }
}
