// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Limits;
import dev.muster.server.backup.EntryTail;
import dev.muster.server.history.EventHistory;
import dev.muster.server.lease.KeepAlives;
import dev.muster.server.lease.LeaseReaper;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Replica;
import dev.muster.server.task.Guarded;
import dev.muster.server.task.TaskFailures;
import dev.muster.server.task.ThreadLoop;
import dev.muster.server.watch.WatchHub;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The client port of a node with all its services. It opens before the node has a replica, as other nodes ask who it is;
 * the registry is served from {@link #serve} on. Thread-safe.
 *
 * <p>Bounds against callers of any kind: connections in number, calls per connection, bytes per message, time until a
 * connection speaks HTTP/2, time until a dead one is noticed. Handlers run on the threads of the connections and never
 * block.
 */
public final class RpcServer implements AutoCloseable {
    static final int MAX_CALLS_PER_CONNECTION = 128;

    /** A little above a frame, so that one that is too large is refused in words. */
    private static final int MAX_MESSAGE_BYTES = Limits.MAX_FRAME_BYTES + 64 * 1024;

    /** What the leader may answer through this node: the list of a large service. */
    private static final int MAX_REPLY_BYTES = 64 * 1024 * 1024;

    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int REPLY_THREADS = 2;
    private static final long HANDSHAKE_SECONDS = 5;
    private static final long KEEPALIVE_SECONDS = 15;
    private static final long KEEPALIVE_TIMEOUT_SECONDS = 5;
    private static final long STOP_MILLIS = 400;

    private final NodeInfo info;
    private final PeerDirectory peers;
    private final TaskFailures failures;
    private final EventLoopGroup acceptor;
    private final EventLoopGroup connections;
    private final ExecutorService replyThreads;
    private final Executor replies;
    private final Unary unary;
    private final HealthReporter health;
    private final ServerInterceptor callers;
    private final Methods methods = new Methods();
    private final Server server;

    /** What {@link #serve} started, to be closed in reverse. */
    private final List<AutoCloseable> serving = new ArrayList<>();

    private boolean closed;

    private RpcServer(RpcConfig config, NodeInfo info, PeerDirectory peers, TaskFailures failures) {
        this.info = info;
        this.peers = peers;
        this.failures = failures;
        this.acceptor = group("accept", 1);
        this.connections = group("io", config.ioThreads());
        this.replyThreads = new ThreadPoolExecutor(
                REPLY_THREADS,
                REPLY_THREADS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("muster-replies", true),
                // The replica outlives the port, and its listeners must not throw.
                new ThreadPoolExecutor.DiscardPolicy());
        this.replies = task -> replyThreads.execute(new Guarded("replies", failures, task));
        this.unary = new Unary(replies);
        this.health = new HealthReporter(replies);
        this.callers = Caller.interceptor(info.node());
        this.server = build(config);
    }

    /**
     * Opens the port. Until {@link #serve} it answers Peers, health and reflection.
     *
     * @throws UncheckedIOException when the address cannot be bound
     */
    public static RpcServer open(RpcConfig config, NodeInfo info, PeerDirectory peers, TaskFailures failures) {
        RpcServer rpc = new RpcServer(config, info, peers, failures);
        try {
            rpc.server.start();
        } catch (IOException e) {
            rpc.close();
            throw new UncheckedIOException("cannot listen at " + config.address() + ": " + e.getMessage(), e);
        }
        return rpc;
    }

    /** Opens the port and serves the replica from the first call on. */
    public static RpcServer start(
            RpcConfig config, NodeInfo info, Replica replica, PeerDirectory peers, TaskFailures failures) {
        RpcServer rpc = open(config, info, peers, failures);
        rpc.serve(replica);
        return rpc;
    }

    /** Serves the registry without files of events; once only. */
    public void serve(Replica replica) {
        serve(replica, EventHistory.Options.inMemory());
    }

    /** Serves the registry; once only. */
    public synchronized void serve(Replica replica, EventHistory.Options events) {
        ThreadLoop leaseLoop = closing(new ThreadLoop("lease", failures));
        ThreadLoop watchLoop = closing(new ThreadLoop("watch", failures));
        KnownLeader leader = KnownLeader.of(replica, replies);
        LeaderLink link = closing(new LeaderLink(leader, this::connect));
        Freshness freshness = new Freshness(replica, link, System::nanoTime);
        KeepAlives keepAlives = KeepAlives.start(replica, LeaseReaper.start(replica, leaseLoop), leaseLoop);
        WatchHub hub = WatchHub.start(replica, freshness, watchLoop, info.groupId());
        EventHistory history =
                closing(EventHistory.start(replica, events, closing(new ThreadLoop("events", failures))));
        Reads reads = new Reads(replica, freshness, history);
        Forwarder forwarder = new Forwarder(replica.node(), leader, link, replies);
        SessionService sessions = new SessionService(
                new SessionService.Needs(info, replica, reads, keepAlives, replies, this::ownThread));
        serving.add(sessions);
        BackupsService backups = closing(new BackupsService(info, replica, reads, EntryTail.start(replica)));

        replica.addListener(link);
        replica.addListener(forwarder);
        replica.addListener(sessions);
        methods.add(new RegistryService(replica, reads, unary), callers, forwarder);
        methods.add(new LeaseService(replica, keepAlives, unary), callers, forwarder);
        methods.add(new KeyspaceService(replica, reads, unary), callers, forwarder);
        methods.add(sessions, callers, forwarder);
        methods.add(new PeerService(peers, history, unary), callers, forwarder);
        methods.add(
                new ClusterService(info, replica, freshness, hub, health, unary, System::nanoTime), callers, forwarder);
        methods.add(new WatchService(new WatchService.Needs(info, replica, freshness, hub)), callers);
        methods.add(new EventsService(history, reads, unary), callers);
        methods.add(backups, callers);
        methods.complete();
        health.follow(replica);
    }

    /** Tells load balancers and whoever asks for the status whether the node is a member, as it is until told otherwise. */
    public void member(boolean isMember) {
        health.member(isMember);
    }

    /** Tells load balancers and whoever asks for the status to use other nodes for this reason; without one, this too. */
    public void standAside(Optional<String> why) {
        health.standAside(why);
    }

    /** Tells whoever asks for the status what the disk takes for a small durable write, in milliseconds; 0 for unknown. */
    public void diskTakes(int millis) {
        health.diskTakes(millis);
    }

    /** The port that it listens at. */
    public int port() {
        return server.getPort();
    }

    /** Tells the streams to go elsewhere, gives running calls a moment, and closes all connections; once only. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        health.stop();
        server.shutdown();
        for (int i = serving.size() - 1; i >= 0; i--) {
            close(serving.get(i));
        }
        serving.clear();
        try {
            if (!server.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException stopNow) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        replyThreads.shutdown();
        var unusedAcceptor = acceptor.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS);
        var unusedConnections = connections.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The connection's own thread: what is sent from there needs no hand-over to it. */
    private Executor ownThread() {
        for (EventExecutor loop : connections) {
            if (loop.inEventLoop()) {
                return task -> loop.execute(new Guarded("replies", failures, task));
            }
        }
        return replies;
    }

    private Server build(RpcConfig config) {
        methods.add(health.service());
        methods.add(ProtoReflectionServiceV1.newInstance());
        methods.add(new PeerService(peers, null, unary), callers);
        return NettyServerBuilder.forAddress(config.address())
                .channelFactory(() -> new BoundedServerChannel(config.maxConnections()))
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(connections)
                .directExecutor()
                .fallbackHandlerRegistry(methods)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
    }

    /** To another node's client port. */
    private ManagedChannel connect(String address) {
        return NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .directExecutor()
                .eventLoopGroup(connections)
                .channelType(NioSocketChannel.class)
                .maxInboundMessageSize(MAX_REPLY_BYTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    private <T extends AutoCloseable> T closing(T started) {
        serving.add(started);
        return started;
    }

    private void close(AutoCloseable started) {
        try {
            started.close();
        } catch (Exception failure) {
            failures.onTaskFailure("stop", failure);
        }
    }

    private static EventLoopGroup group(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("muster-" + name, true), NioIoHandler.newFactory());
    }
}
