// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.server.config.ServerConfig;
import dev.muster.server.raft.Fatal;
import dev.muster.server.raft.RaftReplica;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.Peer;
import dev.muster.server.rpc.PeerCalls;
import dev.muster.server.rpc.RpcServer;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DiskProbe;
import dev.muster.server.storage.DiskSpace;
import dev.muster.server.storage.StorageException;
import dev.muster.server.task.Loop;
import dev.muster.server.task.TaskFailures;
import dev.muster.server.task.ThreadLoop;
import dev.muster.v1.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches over a node that takes part, and acts when it should not: wires what looks to what is to be done. */
final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AGREEMENT_LOOK = Duration.ofSeconds(10);

    /** How long a node that leaves may take to say why; it is known to be wrong by then. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** What is watched, and what it takes to act. */
    record Needs(
            ServerConfig config,
            DataFolder folder,
            RaftReplica replica,
            RpcServer rpc,
            PeerCalls calls,
            NodeReports reports,
            Fatal fatal) {}

    private final Needs needs;
    private final Loop loop;
    /** May hang as long as the disk does. */
    private final Loop disk;

    /** What the disks of other members take, in milliseconds, while this node leads. */
    private final Map<String, Integer> disks = new ConcurrentHashMap<>();

    private NodeWatch(Needs needs, TaskFailures failures) {
        this.needs = needs;
        this.loop = new ThreadLoop("watch-self", failures);
        this.disk = new ThreadLoop("watch-disk", failures);
    }

    /** Watches from now on; {@code address} is where others reach this node. */
    static NodeWatch start(Needs needs, DiskSpace space, String address, TaskFailures failures) {
        NodeWatch watch = new NodeWatch(needs, failures);
        watch.begin(space, address);
        return watch;
    }

    private void begin(DiskSpace space, String address) {
        Owner owner = new Owner();
        Handover handover = new Handover(this::leads, this::handOver, loop::nanos);
        DiskWatch diskWatch = new DiskWatch(space, owner, handover);
        DiskProbe probe = new DiskProbe(needs.folder.probe(), disk::nanos);
        SelfProbe selfProbe = new SelfProbe(
                List.of(
                        new Check(
                                "the disk of " + needs.config.data() + " has taken no write",
                                () -> CompletableFuture.runAsync(probe::run, disk)
                                        .thenRun(() -> needs.rpc.diskTakes(probe.millis()))),
                        new Check("this node has not answered at " + address, () -> needs.calls.status(address))),
                owner,
                handover);
        MemberWatch memberWatch = new MemberWatch(this::statusOf, needs.reports::add);
        SlowDisk slowDisk = new SlowDisk(probe::millis, handover, needs.reports::add);
        AgreementWatch agreementWatch = new AgreementWatch(needs.folder.identity(), owner, disk);
        disk.every(LOOK, diskWatch::look);
        disk.every(AGREEMENT_LOOK, agreementWatch::look);
        loop.every(LOOK, selfProbe::look);
        loop.every(LOOK, () -> {
            List<Peer> others = leads() ? others() : List.of();
            memberWatch.look(others);
            disks.keySet().retainAll(others.stream().map(Peer::node).toList());
            slowDisk.look(disks);
        });
    }

    /** Keeps what the disks of those take that could lead. */
    private CompletableFuture<StatusResponse> statusOf(Peer member) {
        return needs.calls.status(member.clientAddress()).whenComplete((status, failure) -> {
            if (failure == null && status.getReady() && status.getGrey().isEmpty()) {
                disks.put(member.node(), status.getDiskMillis());
            } else {
                disks.remove(member.node());
            }
        });
    }

    private boolean leads() {
        return needs.replica.leadership().leads();
    }

    private CompletableFuture<Void> handOver(String to) {
        return needs.replica.transferLeadership(to).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("leadership could not be handed over: {}", failure.toString());
            }
        });
    }

    private List<Peer> others() {
        return needs.replica.members().stream()
                .filter(peer -> !peer.node().equals(needs.config.node()))
                .toList();
    }

    @Override
    public void close() {
        loop.close();
        disk.close();
    }

    private final class Owner implements DiskWatch.Node, SelfProbe.Node, AgreementWatch.Node {
        @Override
        public void refuseWrites(Optional<String> why) {
            needs.replica.refuseWrites(why);
        }

        @Override
        public void standAside(Optional<String> why) {
            needs.rpc.standAside(why);
        }

        @Override
        public void report(String text) {
            needs.reports.add(text);
        }

        @Override
        public void end(String why) {
            needs.fatal.end(Fatal.Cause.LOG_IO, why, new IllegalStateException(why));
        }

        @Override
        public List<Peer> members() {
            return needs.replica.members();
        }

        @Override
        public List<Digest> digests() {
            return needs.replica.digests();
        }

        @Override
        public CompletableFuture<FetchDigestsResponse> ask(Peer member) {
            return needs.calls.fetchDigests(member.clientAddress());
        }

        /** Marked first: whenever the process dies, what is on its disk is not used again. */
        @Override
        public void leave(String why) {
            try {
                needs.folder.quarantine(why);
            } catch (StorageException e) {
                end(e.getMessage() + "; " + why);
                return;
            }
            var unused = needs.reports
                    .tell(why)
                    .orTimeout(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((told, late) ->
                            needs.fatal.end(Fatal.Cause.STATE_DIFFERS, why, new IllegalStateException(why)));
        }
    }
}
