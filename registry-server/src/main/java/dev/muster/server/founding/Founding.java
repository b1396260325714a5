// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.founding;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import dev.muster.v1.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides, before a node takes part in anything, of which cluster it is a member.
 *
 * <ul>
 *   <li>A folder that was a member's goes on as it was.
 *   <li>If every configured peer answers and none is a member, they found a cluster together. Its id follows from the
 *       storage ids of all, so each founder finds the same one by itself.
 *   <li>If any peer is a member of a cluster that counts this very folder among its members, the node founded it with the
 *       others and missed the end of the founding: it takes part.
 *   <li>Founders that were given a backup were all given the same one; it is what the new cluster begins with.
 *   <li>Otherwise the cluster exists and this folder is new to it: the node asks to be let in under its new storage id.
 *       It never votes under the old one, for it may have forgotten what that one promised.
 * </ul>
 *
 * As long as any peer is silent and none is a member, nothing is decided: a silent one may hold the data.
 *
 * <p>Used by the starting thread, which it blocks.
 */
public final class Founding {
    private static final Duration ASK_AGAIN = Duration.ofMillis(100);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Duration SAY_AGAIN = Duration.ofSeconds(5);

    private final DataFolder folder;
    private final Peer self;
    private final Map<String, Peer> configured;
    private final Introductions introductions;
    private final Consumer<String> talk;

    /**
     * A founding of this node among the configured members; storage ids in {@code configured} are ignored.
     *
     * @param talk told what is waited for, for people
     */
    public Founding(DataFolder folder, List<Peer> configured, Introductions introductions, Consumer<String> talk) {
        this.folder = folder;
        this.introductions = introductions;
        this.talk = talk;
        this.configured = configured.stream()
                .collect(Collectors.toMap(Peer::node, peer -> peer, (a, b) -> a, LinkedHashMap::new));
        Identity identity = folder.identity();
        Peer me = this.configured.get(identity.node());
        if (me == null) {
            throw new IllegalArgumentException(
                    "node: " + identity.node() + " (expected: one of the peers " + this.configured.keySet() + ")");
        }
        this.self = new Peer(me.node(), identity.storageId(), me.raftAddress(), me.clientAddress());
    }

    /** This node, with the identity of its disk. */
    public Peer self() {
        return self;
    }

    /** Waits until it is clear of which cluster this node is a member, and remembers it durably. */
    public Identity decide() throws InterruptedException {
        Waiting waiting = new Waiting();
        while (folder.identity().phase() == Identity.Phase.FORMATTED) {
            Map<String, IdentifyResponse> answers = askAll();
            IdentifyResponse member = answers.values().stream()
                    .filter(answer -> answer.getMembersCount() > 0)
                    .findFirst()
                    .orElse(null);
            if (member != null) {
                meet(member);
                continue;
            }
            checkBackups(answers);
            if (answers.size() == configured.size() - 1 && allEmpty(answers)) {
                found(answers);
            } else {
                waiting.say(answers);
                TimeUnit.MILLISECONDS.sleep(ASK_AGAIN.toMillis());
            }
        }
        return folder.identity();
    }

    /** One that names a cluster but no members is itself on its way into that cluster. */
    private static boolean allEmpty(Map<String, IdentifyResponse> answers) {
        return answers.values().stream()
                .allMatch(answer -> answer.getClusterId().isEmpty());
    }

    private Map<String, IdentifyResponse> askAll() throws InterruptedException {
        IdentifyRequest request = IdentifyRequest.newBuilder()
                .setClusterName(folder.identity().clusterName())
                .setNode(self.node())
                .setStorageId(self.storageId())
                .build();
        Map<String, CompletableFuture<IdentifyResponse>> asked = new LinkedHashMap<>();
        for (Peer peer : configured.values()) {
            if (!peer.node().equals(self.node())) {
                asked.put(peer.node(), introductions.identify(peer.clientAddress(), request));
            }
        }
        Map<String, IdentifyResponse> answers = new LinkedHashMap<>();
        for (var entry : asked.entrySet()) {
            IdentifyResponse answer = answerOf(entry.getValue());
            if (answer != null) {
                checkAnswer(entry.getKey(), answer);
                answers.put(entry.getKey(), answer);
            }
        }
        return answers;
    }

    private static @Nullable IdentifyResponse answerOf(CompletableFuture<IdentifyResponse> asked)
            throws InterruptedException {
        try {
            return asked.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private void checkAnswer(String expectedNode, IdentifyResponse answer) {
        String clusterName = folder.identity().clusterName();
        Peer peer = configured.get(expectedNode);
        String address = peer == null ? "" : peer.clientAddress();
        if (!answer.getClusterName().equals(clusterName)) {
            throw new StorageException(
                    Kind.FOREIGN,
                    "peer " + address + " belongs to cluster " + answer.getClusterName() + ", this node to cluster "
                            + clusterName + "; correct `peers` or `cluster`");
        }
        if (!answer.getNode().equals(expectedNode)) {
            throw new StorageException(
                    Kind.FOREIGN,
                    "peer " + address + " is node " + answer.getNode() + ", not " + expectedNode + "; correct `peers`");
        }
    }

    private void meet(IdentifyResponse member) {
        boolean founder = member.getMembersList().stream()
                .anyMatch(peer -> peer.getNode().equals(self.node())
                        && peer.getStorageId().equals(self.storageId()));
        if (founder) {
            List<Peer> founders =
                    member.getMembersList().stream().map(Founding::peer).toList();
            folder.advance(member.getClusterId(), Identity.Phase.MEMBER, encode(founders));
        } else if (!folder.backupId().isEmpty()) {
            throw new StorageException(
                    Kind.FOREIGN,
                    "this node was given a backup to begin a new cluster with, but its peer " + member.getNode()
                            + " is a member of cluster " + member.getClusterName()
                            + " already; stop that one, or empty this data folder to join it");
        } else {
            talk.accept("cluster " + member.getClusterName() + " exists; asking to be let in as " + self.node()
                    + " with storage id " + self.storageId());
            folder.advance(member.getClusterId(), Identity.Phase.JOINING, List.of());
        }
    }

    private void found(Map<String, IdentifyResponse> answers) {
        List<Peer> founders = new ArrayList<>();
        for (Peer peer : configured.values()) {
            IdentifyResponse answer = answers.get(peer.node());
            founders.add(
                    answer == null
                            ? self
                            : new Peer(peer.node(), answer.getStorageId(), peer.raftAddress(), peer.clientAddress()));
        }
        founders.sort(Comparator.comparing(Peer::node));
        String seed = folder.identity().clusterName()
                + founders.stream()
                        .map(peer -> "/" + peer.node() + "-" + peer.storageId())
                        .collect(Collectors.joining());
        String clusterId =
                UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
        talk.accept("founding cluster " + folder.identity().clusterName() + " with "
                + founders.stream().map(Peer::node).collect(Collectors.joining(", ")));
        folder.advance(clusterId, Identity.Phase.MEMBER, encode(founders));
    }

    /**
     * Founders with different beginnings would never agree again. Found out with the first of them that answers, for the
     * others may have found it out too, and be gone.
     */
    private void checkBackups(Map<String, IdentifyResponse> answers) {
        String backup = folder.backupId();
        answers.forEach((node, answer) -> {
            if (answer.getClusterId().isEmpty() && !answer.getBackup().equals(backup)) {
                throw new StorageException(
                        Kind.UNUSABLE,
                        "node " + node + " was given " + (answer.getBackup().isEmpty() ? "no" : "another") + " backup, "
                                + self.node() + " was given " + (backup.isEmpty() ? "none" : "one")
                                + "; empty their data folders and restore the same backup into each of them");
            }
        });
    }

    /** The members that founded the cluster together with the node; empty when it joined later. */
    public static List<Peer> founders(Identity identity) {
        return identity.founders().stream().map(Founding::decode).toList();
    }

    /**
     * Asks the cluster to let this node in until it does; the node's replica has to run, for it is caught up first. Does
     * nothing for a member.
     */
    public void join() throws InterruptedException {
        Identity identity = folder.identity();
        if (identity.phase() != Identity.Phase.JOINING) {
            return;
        }
        JoinRequest request = JoinRequest.newBuilder()
                .setClusterId(identity.clusterId())
                .setPeer(dev.muster.internal.v1.Peer.newBuilder()
                        .setNode(self.node())
                        .setStorageId(self.storageId())
                        .setRaftAddress(self.raftAddress())
                        .setClientAddress(self.clientAddress()))
                .build();
        Waiting waiting = new Waiting();
        while (!askToJoin(request, waiting)) {
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN.toMillis());
        }
        folder.advance(identity.clusterId(), Identity.Phase.MEMBER, List.of());
        talk.accept("let in as a member");
    }

    private boolean askToJoin(JoinRequest request, Waiting waiting) throws InterruptedException {
        List<String> addresses = new ArrayList<>(configured.values().stream()
                .filter(peer -> !peer.node().equals(self.node()))
                .map(Peer::clientAddress)
                .toList());
        for (int i = 0; i < addresses.size() && i < 2 * configured.size(); i++) {
            try {
                introductions.join(addresses.get(i), request).get(30, TimeUnit.SECONDS);
                return true;
            } catch (ExecutionException e) {
                String leader = leaderNamedBy(e);
                if (!leader.isEmpty()
                        && !addresses.subList(i + 1, addresses.size()).contains(leader)) {
                    addresses.add(leader);
                }
                waiting.say("to be let in: " + rootOf(e).getMessage());
            } catch (TimeoutException e) {
                waiting.say("to be let in: " + addresses.get(i) + " does not answer");
            }
        }
        return false;
    }

    private static String leaderNamedBy(Throwable e) {
        return rootOf(e) instanceof ReplicaException refused && refused.error().getReason() == Reason.REASON_NOT_LEADER
                ? refused.error().getLeader()
                : "";
    }

    private static Throwable rootOf(Throwable e) {
        return (e instanceof CompletionException || e instanceof ExecutionException) && e.getCause() != null
                ? rootOf(e.getCause())
                : e;
    }

    private static Peer peer(dev.muster.internal.v1.Peer peer) {
        return new Peer(peer.getNode(), peer.getStorageId(), peer.getRaftAddress(), peer.getClientAddress());
    }

    private static List<String> encode(List<Peer> peers) {
        return peers.stream()
                .map(peer -> String.join(" ", peer.node(), peer.storageId(), peer.raftAddress(), peer.clientAddress()))
                .toList();
    }

    private static Peer decode(String encoded) {
        String[] parts = encoded.split(" ", -1);
        return new Peer(parts[0], parts[1], parts[2], parts[3]);
    }

    /** Says now and then what is waited for. */
    private final class Waiting {
        private long saidNanos =
                System.nanoTime() - SAY_AGAIN.toNanos() + Duration.ofSeconds(1).toNanos();

        void say(Map<String, IdentifyResponse> answers) {
            if (answers.size() == configured.size() - 1) {
                say("for a member of the cluster: every peer is on its way into it");
                return;
            }
            say("for "
                    + configured.values().stream()
                            .filter(peer -> !peer.node().equals(self.node()) && !answers.containsKey(peer.node()))
                            .map(peer -> peer.node() + " (" + peer.clientAddress() + ")")
                            .collect(Collectors.joining(", ")));
        }

        void say(String what) {
            if (System.nanoTime() - saidNanos >= SAY_AGAIN.toNanos()) {
                saidNanos = System.nanoTime();
                talk.accept("waiting " + what);
            }
        }
    }
}
