// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.core.Limits;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.NodeReport;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.rpc.PeerCalls;
import dev.muster.server.task.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node has to tell, on its way to the event log: kept until a leader took it, at least once. The newest {@value
 * #KEPT} reports are kept. Thread-safe; {@link #add} does not block.
 */
final class NodeReports {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);
    private static final int KEPT = 100;
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private final String node;
    private final PeerCalls calls;
    private final ArrayDeque<Report> waiting = new ArrayDeque<>();
    private @Nullable Replica replica;
    private boolean sending;

    /** What is to be told, and whether a leader took it. */
    private record Report(String text, CompletableFuture<Void> taken) {}

    NodeReports(String node, PeerCalls calls, Loop loop) {
        this.node = node;
        this.calls = calls;
        loop.every(TRY_AGAIN, this::sendNext);
    }

    /** From now on there is a replica that knows the leader. */
    synchronized void serve(Replica started) {
        replica = started;
    }

    /** Says it to the operator now and to the event log as soon as a leader takes it. */
    void add(String text) {
        var unused = tell(text);
    }

    /** As {@link #add}; completes when a leader took it, which may never be. */
    synchronized CompletableFuture<Void> tell(String text) {
        LOG.info("{}", text);
        if (waiting.size() == KEPT) {
            waiting.removeFirst();
        }
        Report report = new Report(
                text.length() > Limits.MAX_REPORT_CHARS ? text.substring(0, Limits.MAX_REPORT_CHARS) : text,
                new CompletableFuture<>());
        waiting.add(report);
        return report.taken();
    }

    private synchronized void sendNext() {
        Report next = waiting.peek();
        Replica current = replica;
        if (sending || next == null || current == null) {
            return;
        }
        Leadership leadership = current.leadership();
        if (leadership.leads()) {
            sending = true;
            settle(submit(current, node, next.text()), next);
        } else if (!leadership.leaderAddress().isEmpty()) {
            sending = true;
            ReportRequest request = ReportRequest.newBuilder()
                    .setNode(node)
                    .setText(next.text())
                    .build();
            settle(calls.report(leadership.leaderAddress(), request), next);
        }
    }

    private void settle(CompletableFuture<Void> sent, Report report) {
        var unused = sent.whenComplete((done, failure) -> {
            synchronized (this) {
                sending = false;
                if (failure == null) {
                    waiting.remove(report);
                    report.taken().complete(null);
                } else {
                    LOG.debug("a report waits for a leader: {}", failure.toString());
                }
            }
        });
    }

    /** Puts a node's report into the log; for the leader. */
    static CompletableFuture<Void> submit(Replica leader, String node, String text) {
        Command command = Command.newBuilder()
                .setNodeReport(NodeReport.newBuilder().setNode(node).setText(text))
                .build();
        return leader.submit(command).thenAccept(result -> {
            if (result.hasError()) {
                throw new ReplicaException(result.getError());
            }
        });
    }
}
