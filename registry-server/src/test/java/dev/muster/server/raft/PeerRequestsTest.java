// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.junit.jupiter.api.Test;

final class PeerRequestsTest {
    @Test
    void entriesThatTheDiskStillWritesAreNotConfirmed() {
        AppendEntriesReplyProto taken = reply(AppendResult.SUCCESS, 7);
        assertThat(PeerRequests.onlyDurable(taken, 7)).isSameAs(taken);
        assertThatThrownBy(() -> PeerRequests.onlyDurable(taken, 6)).hasMessageContaining("up to 7");
    }

    @Test
    void whatConfirmsNoEntryNeedsNoDisk() {
        AppendEntriesReplyProto heartbeat = reply(AppendResult.SUCCESS, -1);
        assertThat(PeerRequests.onlyDurable(heartbeat, -1)).isSameAs(heartbeat);
        AppendEntriesReplyProto refused = reply(AppendResult.INCONSISTENCY, 7);
        assertThat(PeerRequests.onlyDurable(refused, 6)).isSameAs(refused);
    }

    private static AppendEntriesReplyProto reply(AppendResult result, long matchIndex) {
        return AppendEntriesReplyProto.newBuilder()
                .setResult(result)
                .setMatchIndex(matchIndex)
                .build();
    }
}
