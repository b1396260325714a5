// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.FollowerInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.junit.jupiter.api.Test;

final class SuccessionTest {
    private long millis = 1_000_000;
    private final Succession succession = new Succession(() -> TimeUnit.MILLISECONDS.toNanos(millis));

    @Test
    void silenceRunsFromTheLastContactAndTheElectionFromItsBegin() {
        heard(30);
        millis += 300;
        succession.look(role(RaftPeerRole.CANDIDATE).setRoleElapsedTimeMs(20).build());
        millis += 100;
        succession.look(role(RaftPeerRole.LEADER).build());

        assertThat(succession.silenceMillis()).isEqualTo(430);
        assertThat(succession.electionMillis()).isEqualTo(120);
    }

    @Test
    void anElectionInVainIsForgottenWhenALeaderIsHeard() {
        succession.stands();
        millis += 100;
        heard(0);
        millis += 5;

        assertThat(succession.electionMillis()).isZero();
        assertThat(succession.silenceMillis()).isEqualTo(5);
    }

    @Test
    void nothingIsKnownBeforeAnythingHappenedAndAfterThisNodeLed() {
        assertThat(succession.silenceMillis()).isZero();
        heard(10);
        succession.stands();
        millis += 10;
        succession.forget();

        assertThat(succession.silenceMillis()).isZero();
        assertThat(succession.electionMillis()).isZero();
    }

    private void heard(long millisAgo) {
        succession.look(role(RaftPeerRole.FOLLOWER)
                .setFollowerInfo(FollowerInfoProto.newBuilder()
                        .setLeaderInfo(ServerRpcProto.newBuilder().setLastRpcElapsedTimeMs(millisAgo)))
                .build());
    }

    private static RoleInfoProto.Builder role(RaftPeerRole role) {
        return RoleInfoProto.newBuilder().setRole(role);
    }
}
