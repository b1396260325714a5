// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.ClusterAdmin;
import dev.muster.client.Member;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import dev.muster.client.Position;
import dev.muster.client.StateHash;
import dev.muster.client.TakenSnapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The nodes of {@link FakeMuster}: they answer what a test has put here. Not safe for use by several threads. */
final class FakeCluster implements ClusterAdmin {
    static final Position POSITION = new Position(0xfeed_beefL, 1, 812);

    final List<NodeAnswer<NodeStatus>> status = new ArrayList<>();
    final List<Member> members = new ArrayList<>();
    final Map<String, NodeAnswer<TakenSnapshot>> snapshots = new HashMap<>();
    /** One after the other; the last one stays. */
    final Deque<List<NodeAnswer<StateHash>>> hashes = new ArrayDeque<>();

    final List<String> transfers = new ArrayList<>();

    static NodeAnswer<NodeStatus> leader(String node, int port) {
        return NodeAnswer.of(address(port), status(node, NodeRole.LEADER, "a", true));
    }

    static NodeAnswer<NodeStatus> follower(String node, int port) {
        return NodeAnswer.of(address(port), status(node, NodeRole.FOLLOWER, "a", true));
    }

    static <T> NodeAnswer<T> down(int port) {
        return NodeAnswer.failed(address(port), unavailable("connection refused"));
    }

    static MusterException unavailable(String detail) {
        return new MusterException(MusterException.Reason.UNAVAILABLE, MusterException.Fate.NOT_APPLIED, detail);
    }

    static String address(int port) {
        return "127.0.0.1:" + port;
    }

    static NodeStatus status(String node, NodeRole role, String leader, boolean ready) {
        return status("c-1", node, role, leader, ready);
    }

    static NodeStatus status(String cluster, String node, NodeRole role, String leader, boolean ready) {
        return status(cluster, node, role, leader, ready, "");
    }

    static NodeStatus status(String cluster, String node, NodeRole role, String leader, boolean ready, String grey) {
        return new NodeStatus(
                POSITION,
                Duration.ofMillis(12),
                cluster,
                node,
                "s-" + node,
                role,
                3,
                leader,
                leader.isEmpty() ? "" : "127.0.0.1:7440",
                ready,
                grey,
                Duration.ofMillis(4),
                1_001,
                1_002,
                900,
                2,
                5,
                4,
                3,
                1,
                0,
                Duration.ofSeconds(7_384),
                "0.1.0",
                1);
    }

    static NodeAnswer<StateHash> hash(String node, int port, long revision, long hash) {
        Position position = new Position(POSITION.epochId(), POSITION.epochOrdinal(), revision);
        return NodeAnswer.of(address(port), new StateHash(node, position, hash));
    }

    @Override
    public List<NodeAnswer<NodeStatus>> status() {
        return List.copyOf(status);
    }

    @Override
    public NodeStatus status(String endpoint) {
        return get(status.stream()
                .filter(node -> node.endpoint().equals(endpoint))
                .findFirst()
                .orElseThrow());
    }

    @Override
    public List<Member> members() {
        return List.copyOf(members);
    }

    @Override
    public String transferLeadership(String node) {
        transfers.add(node);
        return node.isEmpty() ? "b" : node;
    }

    @Override
    public TakenSnapshot takeSnapshot(String endpoint) {
        return get(Objects.requireNonNull(snapshots.get(endpoint), endpoint));
    }

    @Override
    public List<NodeAnswer<StateHash>> stateHashes() {
        return hashes.size() > 1 ? hashes.remove() : hashes.element();
    }

    @Override
    public StateHash stateHash(String endpoint) {
        return get(stateHashes().stream()
                .filter(node -> node.endpoint().equals(endpoint))
                .findFirst()
                .orElseThrow());
    }

    private static <T> T get(NodeAnswer<T> answer) {
        return answer.answer().orElseThrow(() -> answer.failure().orElseThrow());
    }
}
