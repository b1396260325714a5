// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.NodeReport;
import dev.muster.internal.v1.RaiseFeatureLevel;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.Failover;
import dev.muster.v1.Result;

/** What the nodes do: begin the cluster and its terms, raise the feature level, report. Stateless. */
final class ClusterChanges {
    private ClusterChanges() {}

    static Result startTerm(Draft draft, TermStarted request) {
        Validation.termStarted(request);
        long term = draft.command().getStamp().getTerm();
        if (draft.base().clusterId().isEmpty()) {
            Validation.genesis(request.getGenesis(), draft.command().getStamp());
            draft.create(request.getGenesis());
            draft.emit(
                    EventType.EVENT_TYPE_CLUSTER_CREATED,
                    "cluster " + request.getGenesis().getClusterId() + " was created");
        }
        if (draft.beginsEpoch()) {
            Validation.genesis(request.getGenesis(), draft.command().getStamp());
            Restoration.begin(draft, request.getGenesis());
        }
        draft.startTerm(term, request.getNode());
        Event.Builder event = draft.emit(
                        EventType.EVENT_TYPE_LEADER_CHANGED, "node " + request.getNode() + " leads in term " + term)
                .setTerm(term);
        if (!draft.base().leader().isEmpty()) {
            event.setFailover(failover(draft, request));
        }
        return Result.getDefaultInstance();
    }

    private static Failover failover(Draft draft, TermStarted request) {
        return Failover.newBuilder()
                .setOldLeader(draft.base().leader())
                .setOldTerm(draft.base().term())
                .setSilenceMillis(request.getSilenceMillis())
                .setElectionMillis(request.getElectionMillis())
                .setLeases(draft.leases.size())
                .build();
    }

    static Result raiseFeatureLevel(Draft draft, RaiseFeatureLevel request) {
        Validation.known(request, "raise_feature_level");
        int current = draft.base().featureLevel();
        int level = request.getLevel();
        if (level < 0 || level > Limits.FEATURE_LEVEL) {
            throw Rejection.unsupported("feature level " + Integer.toUnsignedString(level));
        }
        if (level < current) {
            throw Rejection.invalid("level", level, "at least " + current + ", the level in force");
        }
        if (level > current) {
            draft.featureLevel(level);
            draft.emit(EventType.EVENT_TYPE_FEATURE_LEVEL_RAISED, "raised from " + current + " to " + level);
        }
        return Result.getDefaultInstance();
    }

    static Result report(Draft draft, NodeReport request) {
        Validation.nodeReport(request);
        draft.emit(EventType.EVENT_TYPE_NODE_REPORT, request.getText()).setActor(request.getNode());
        return Result.getDefaultInstance();
    }
}
