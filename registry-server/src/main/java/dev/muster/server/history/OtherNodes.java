// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.internal.v1.FetchEventsRequest;
import dev.muster.internal.v1.FetchEventsResponse;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.Replica;
import dev.muster.v1.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks the other members, one after the other, for events that this node does not have. Thread-safe; nothing blocks. */
final class OtherNodes {
    private final Replica replica;
    private final EventPeers peers;

    OtherNodes(Replica replica, EventPeers peers) {
        this.replica = replica;
        this.peers = peers;
    }

    /**
     * What came of asking.
     *
     * @param events those found, without a gap; none when nobody who answered keeps the one asked for
     * @param complete whether every other member answered
     * @param next the lowest sequence at or above the first one that anybody keeps, 0 for none
     * @param kept what the others keep, in words
     */
    record Answer(List<Event> events, boolean complete, long next, String kept) {}

    /** The events that begin with the first of the range, or, backwards, end with its last one. Never fails. */
    CompletableFuture<Answer> ask(Epoch epoch, EventFiles.Range range, boolean backwards) {
        FetchEventsRequest request = FetchEventsRequest.newBuilder()
                .setClusterId(epoch.clusterId())
                .setEpochId(epoch.id())
                .setFirstSequence(range.first())
                .setLastSequence(range.last())
                .setBackwards(backwards)
                .build();
        List<Peer> others = replica.members().stream()
                .filter(peer -> !peer.node().equals(replica.node()))
                .toList();
        boolean member = replica.members().size() > others.size();
        return ask(request, others, 0, new Answer(List.of(), member, 0, ""));
    }

    private CompletableFuture<Answer> ask(FetchEventsRequest request, List<Peer> others, int turn, Answer soFar) {
        if (turn == others.size()) {
            return CompletableFuture.completedFuture(soFar);
        }
        Peer peer = others.get(turn);
        return peers.fetchEvents(peer.clientAddress(), request)
                .handle((response, failure) -> response == null ? silent(soFar) : heard(request, peer, response, soFar))
                .thenCompose(answer -> answer.events().isEmpty()
                        ? ask(request, others, turn + 1, answer)
                        : CompletableFuture.completedFuture(answer));
    }

    private static Answer silent(Answer soFar) {
        return new Answer(List.of(), false, soFar.next(), soFar.kept());
    }

    private static Answer heard(FetchEventsRequest request, Peer peer, FetchEventsResponse response, Answer soFar) {
        if (isWhole(request, response.getEventsList())) {
            return new Answer(response.getEventsList(), soFar.complete(), 0, "");
        }
        long next = response.getNextSequence() == 0
                ? soFar.next()
                : soFar.next() == 0 ? response.getNextSequence() : Math.min(soFar.next(), response.getNextSequence());
        String kept = ", node " + peer.node() + " keeps " + response.getOldestSequence() + " to "
                + response.getNewestSequence();
        return new Answer(List.of(), soFar.complete(), next, soFar.kept() + kept);
    }

    /** What other nodes say is not believed: exactly what was asked for, in its order, or nothing. */
    private static boolean isWhole(FetchEventsRequest request, List<Event> events) {
        if (events.isEmpty()) {
            return false;
        }
        long first = events.get(0).getSequence();
        List<Long> expected = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            expected.add(first + i);
        }
        long last = first + events.size() - 1;
        return events.stream().map(Event::getSequence).toList().equals(expected)
                && first >= request.getFirstSequence()
                && last <= request.getLastSequence()
                && (request.getBackwards() ? last == request.getLastSequence() : first == request.getFirstSequence());
    }
}
