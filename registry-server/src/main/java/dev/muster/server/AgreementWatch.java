// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares the state of this node with those of the others. All apply the same log, so at the same entry all states are
 * equal, or somebody's memory or disk, or a defect, has changed one of them. When a majority of all members agrees on
 * another state than this node had, this node is the one that is wrong, and leaves. When nobody has a majority nobody
 * knows who is wrong: that is said, once for each of the others, and nothing else is done.
 *
 * <p>For one thread, which must not block: that of the executor.
 */
final class AgreementWatch {
    /** The node, as far as its agreement with others concerns it. */
    interface Node {
        /** The members of the cluster, as far as it knows them. */
        List<Peer> members();

        /** What its own state was at places in the log, by ascending index. */
        List<Digest> digests();

        /** Asks another member for the same; fails within a few seconds if that does not answer. */
        CompletableFuture<FetchDigestsResponse> ask(Peer member);

        /** Says it to the operator and to the event log. */
        void report(String text);

        /** Ends the node, and sees to it that what is on its disk is not used again. */
        void leave(String why);
    }

    /** What another member answered: hashes by index, none if it did not answer. */
    private record Other(Peer member, Map<Long, Long> hashes) {
        long at(long index) {
            return hashes.getOrDefault(index, 0L);
        }
    }

    private final Identity self;
    private final Node node;
    private final Executor thread;
    private final Set<Peer> reported = new HashSet<>();
    private boolean asking;
    private boolean left;

    /** {@code self} is a member of a cluster. */
    AgreementWatch(Identity self, Node node, Executor thread) {
        this.self = self;
        this.node = node;
        this.thread = thread;
    }

    /** Asks all the others once, unless they are being asked, and does what is to be done when they have answered. */
    void look() {
        List<Peer> members = node.members();
        if (asking || left || members.stream().noneMatch(this::isSelf)) {
            return;
        }
        List<CompletableFuture<Other>> asked = members.stream()
                .filter(member -> !isSelf(member))
                .map(member -> node.ask(member).handle((answer, failure) -> other(member, answer)))
                .toList();
        asking = true;
        var unused = CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenRunAsync(
                        () -> {
                            asking = false;
                            compare(
                                    members.size() / 2 + 1,
                                    asked.stream().map(CompletableFuture::join).toList());
                        },
                        thread);
    }

    private boolean isSelf(Peer member) {
        return member.node().equals(self.node()) && member.storageId().equals(self.storageId());
    }

    /** What another disk or another cluster says at the member's address counts as no answer. */
    private Other other(Peer member, @Nullable FetchDigestsResponse answer) {
        Map<Long, Long> hashes = new HashMap<>();
        if (answer != null
                && answer.getClusterId().equals(self.clusterId())
                && answer.getNode().equals(member.node())
                && answer.getStorageId().equals(member.storageId())) {
            answer.getDigestsList().forEach(digest -> hashes.put(digest.getIndex(), digest.getHash()));
        }
        return new Other(member, hashes);
    }

    /** The newest place at which a majority agrees decides, for this node or against it. */
    private void compare(int majority, List<Other> others) {
        List<Digest> own = new ArrayList<>(node.digests());
        Collections.reverse(own);
        for (Digest mine : own) {
            Map<Long, List<Other>> sides = others.stream()
                    .filter(other -> other.hashes().containsKey(mine.index()))
                    .collect(Collectors.groupingBy(other -> other.at(mine.index())));
            if (sides.getOrDefault(mine.hash(), List.of()).size() + 1 >= majority) {
                break;
            }
            for (Map.Entry<Long, List<Other>> side : sides.entrySet()) {
                if (side.getValue().size() >= majority) {
                    leave(mine, side.getKey(), side.getValue());
                    return;
                }
            }
        }
        others.forEach(other -> reportOnce(own, other));
    }

    private void leave(Digest mine, long theirs, List<Other> others) {
        left = true;
        node.leave(
                "state differs: at index %d of the log it is %016x on %s and %016x on the majority, %s; the node ends"
                                .formatted(
                                        mine.index(),
                                        mine.hash(),
                                        self.node(),
                                        theirs,
                                        others.stream()
                                                .map(other -> other.member().node())
                                                .collect(Collectors.joining(", ")))
                        + ", and started again it joins with an empty data folder");
    }

    /** The newest place that both know is what counts. */
    private void reportOnce(List<Digest> newestFirst, Other other) {
        newestFirst.stream()
                .filter(mine -> other.hashes().containsKey(mine.index()))
                .findFirst()
                .filter(mine -> other.at(mine.index()) != mine.hash() && reported.add(other.member()))
                .ifPresent(mine -> node.report("state of " + other.member().node() + " differs from " + self.node()
                        + "'s at index " + mine.index()));
    }
}
