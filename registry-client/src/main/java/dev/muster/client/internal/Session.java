// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.ClientOptions;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.encoded.v1.EncodedReply;
import dev.muster.encoded.v1.EncodedServerFrame;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.CloseSessionRequest;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.ServerHello;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process at the registry: its lease, and its writes in one sequence, each executed exactly once while the session
 * lives. Confined to the loop, except for {@link #submit} and {@link #read}.
 *
 * <p><b>Exactly once.</b> Writes go out and come again as {@link WriteWindow} says. The registry keeps each outcome until
 * {@code ack_below} passes it, so a write sent twice is answered twice and executed once. A new stream of the same session
 * carries a higher generation, which shuts out what an older one may still have under way.
 *
 * <p><b>When a stream ends</b>, for whatever reason (no leader, a lost connection, silence), the same session goes on in
 * the next stream, at the leader if somebody named it, at once the first time and backing off after that. A stream counts
 * as working when it brought an answer, not when it was opened.
 *
 * <p><b>When the session is lost</b>, because its lease ran out or the cluster's history was replaced, nobody can say what
 * became of the writes that were sent: they fail with {@link Fate#UNKNOWN}. Those that were not sent go to the next
 * session, after what the followers of this one (the registrations) have to say there.
 *
 * <p><b>Silence.</b> A keep-alive goes out each third of the time of the lease. When not even the one before was answered
 * and nothing else came, a third of the time is left to go on elsewhere. While an answer is due, other nodes are asked
 * much earlier whether somebody else leads: {@link Suspicion}.
 */
final class Session {
    static final Duration SHORTEST_HELLO = Duration.ofMillis(500);
    static final Duration LONGEST_HELLO = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** What a node says of the session, not of itself: the next stream may as well go there. */
    private static final Set<Reason> SESSION_MATTERS = EnumSet.of(
            Reason.REASON_SESSION_UNKNOWN,
            Reason.REASON_STALE_GENERATION,
            Reason.REASON_OUT_OF_SEQUENCE,
            Reason.REASON_STALE_TERM);

    /** What depends on the session's life. Called on the loop. */
    interface Follower {
        /** The session is gone with all that was registered in it. */
        void sessionLost();

        /** A keep-alive of the session was acknowledged. */
        default void sessionHeard() {}
    }

    private final Loop loop;
    private final LeaderChannel channels;
    private final ClientOptions options;
    private final Backoff backoff;

    private final Queue<PendingWrite> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();

    private final Queue<PendingRead> readInbox = new ConcurrentLinkedQueue<>();
    private final Consumer<PendingRead> alone;

    private final WriteWindow writes = new WriteWindow();
    private final SessionReads reads;
    private final Lateness lateness;
    private final Suspicion suspicion;
    private final Set<Follower> followers = new LinkedHashSet<>();

    private Phase phase = Phase.IDLE;
    private @Nullable SessionStream stream;
    private Loop.@Nullable Timer retry;
    private long id;
    private long generation;
    private Duration ttl;
    private Origin origin = Origin.NONE;
    private Fence fence = new Fence(0, Duration.ZERO);
    /** When the hello of the stream was sent, and its keep-alives that are not acknowledged, by the loop's clock. */
    private long helloNanos;

    private final ArrayDeque<Long> keepAlives = new ArrayDeque<>();
    /** Whether the last stream ended because the registry missed a sequence. */
    private boolean missedSequence;
    /** Nodes that said that this session belongs to another cluster, since one last worked. */
    private final Set<String> strangers = new HashSet<>();

    /** Why the stream is left as soon as its keep-alive is answered, which renews the lease; null if it is not. */
    private @Nullable Error leaving;
    /** Why the last stream ended, for people; empty when the registry has worked since. */
    private String trouble = "";
    /** Whether this stream was opened because the node of the one before named a leader. */
    private boolean hopped;

    private enum Phase {
        /** Nothing was asked of the registry yet. */
        IDLE,
        /** A stream was opened and has not been greeted. */
        GREETING,
        /** The stream works. */
        OPEN,
        /** The next stream is opened after a pause. */
        PAUSING,
        /** Over. */
        CLOSED
    }

    /**
     * Reads that the session cannot help are handed to {@code alone}, on the loop. {@code leaderKnownTo} asks a node for
     * the address of the leader that it knows.
     */
    Session(
            Loop loop,
            LeaderChannel channels,
            ClientOptions options,
            Backoff backoff,
            Duration patienceOfReads,
            Consumer<PendingRead> alone,
            Function<String, CompletableFuture<String>> leaderKnownTo) {
        this.loop = loop;
        this.channels = channels;
        this.options = options;
        this.backoff = backoff;
        this.ttl = options.sessionTtl();
        this.lateness = new Lateness(loop, this::failLate);
        this.alone = alone;
        this.reads = new SessionReads(loop, patienceOfReads, alone);
        this.suspicion =
                new Suspicion(loop, channels.endpoints(), leaderKnownTo, this::isAnswerDue, this::leaderElsewhere);
    }

    /** Hands over a write. Any thread; the order of calls of one thread is kept. */
    PendingWrite submit(PendingWrite write) {
        inbox.add(write);
        wake();
        return write;
    }

    /** Hands over a lookup that the leader is to answer. It never opens a session. Any thread. */
    PendingRead read(PendingRead read) {
        readInbox.add(read);
        wake();
        return read;
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            loop.execute(this::takeInbox);
        }
    }

    void follow(Follower follower) {
        followers.add(follower);
    }

    void unfollow(Follower follower) {
        followers.remove(follower);
    }

    /** Whether the session is in contact with the registry. */
    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Until when the session certainly lives. On the loop. */
    Fence fence() {
        return fence;
    }

    /** The history that the session belongs to. */
    Origin origin() {
        return origin;
    }

    /** Ends the session at the registry, after all writes before. Completed when that was answered. */
    CompletableFuture<Void> end() {
        takeInbox();
        if (id == 0 && writes.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        PendingWrite last = PendingWrite.patient(
                in -> Request.newBuilder().setCloseSession(CloseSessionRequest.getDefaultInstance()));
        return submit(last).answer().handle((result, lost) -> null);
    }

    /** Lets go of everything; what is not answered by now fails. */
    void close() {
        takeInbox();
        phase = Phase.CLOSED;
        cancel(retry);
        lateness.clear();
        suspicion.close();
        reads.close();
        if (stream != null) {
            stream.finish();
            stream = null;
        }
        followers.clear();
        fence.end();
        List<PendingWrite> all = writes.sent();
        all.addAll(writes.unsent());
        writes.clear();
        all.forEach(write -> fail(write, "the client was closed before the registry answered"));
    }

    private void takeInbox() {
        awake.set(false);
        for (PendingWrite write = inbox.poll(); write != null; write = inbox.poll()) {
            enqueue(write);
        }
        for (PendingRead read = readInbox.poll(); read != null; read = readInbox.poll()) {
            if (phase == Phase.OPEN) {
                reads.add(read);
            } else {
                alone.accept(read);
            }
        }
        if (phase == Phase.IDLE && !writes.hasNothingToSend()) {
            connect();
        }
        pump();
    }

    private void enqueue(PendingWrite write) {
        if (phase == Phase.CLOSED) {
            fail(write, "the client is closed");
        } else if (writes.add(write)) {
            lateness.watch(write);
        }
    }

    // ---- one stream after the other -------------------------------------------------------------------------------

    private void connect() {
        cancel(retry);
        phase = Phase.GREETING;
        String address = channels.leader();
        generation = id == 0 ? 1 : generation + 1;
        helloNanos = loop.nanoTime();
        keepAlives.clear();
        leaving = null;
        SessionStream opened = new SessionStream(loop, address, this::received, this::writable, this::broken);
        stream = opened;
        opened.open(channels.channel(address), hello(), helloTimeout());
        suspicion.expect(address);
    }

    private ClientFrame hello() {
        ClientHello.Builder hello = ClientHello.newBuilder()
                .setClientName(options.clientName())
                .setSession(id)
                .setGeneration(generation)
                .setTtlMillis(Math.toIntExact(options.sessionTtl().toMillis()));
        if (id != 0) {
            hello.setClusterId(origin.clusterId()).setEpochId(origin.epochId());
        }
        return ClientFrame.newBuilder().setHello(hello).build();
    }

    private Duration helloTimeout() {
        Duration third = ttl.dividedBy(3);
        return third.compareTo(SHORTEST_HELLO) < 0
                ? SHORTEST_HELLO
                : third.compareTo(LONGEST_HELLO) > 0 ? LONGEST_HELLO : third;
    }

    private void received(SessionStream from, EncodedServerFrame frame) {
        if (from != stream) {
            return;
        }
        suspicion.heard();
        if (frame.hasHello() && phase == Phase.GREETING) {
            greeted(from, frame.getHello());
        }
        for (int i = 0; i < frame.getRepliesCount() && from == stream; i++) {
            if (SessionReads.concerns(frame.getReplies(i))) {
                reads.answered(frame.getReplies(i));
            } else {
                answered(frame.getReplies(i));
            }
        }
        if (frame.hasKeepAlive() && from == stream) {
            keptAlive(from, frame.getKeepAlive().getUnknownCount());
        }
        if (frame.hasEnd() && from == stream) {
            broken(from, new Broken(frame.getEnd(), true, true));
        }
        lateness.forgetAnswered();
        pump();
    }

    private void greeted(SessionStream from, ServerHello hello) {
        if (id == 0) {
            LOG.info(
                    "session {} opened at node {} of cluster {}",
                    hello.getSession(),
                    hello.getNode(),
                    hello.getClusterId());
        }
        ttl = hello.getTtlMillis() == 0 ? ttl : Duration.ofMillis(hello.getTtlMillis());
        if (hello.getSession() != id) {
            fence = new Fence(helloNanos, ttl);
        }
        id = hello.getSession();
        origin = new Origin(hello.getClusterId(), hello.getHeader().getEpochId());
        channels.leads(hello.getLeader());
        if (leadsElsewhere(hello.getLeader(), from.address())) {
            hopped = true;
            from.cancel();
            connect();
            return;
        }
        phase = Phase.OPEN;
        from.greeted();
        keepAlive(from);
    }

    /** One hop less for every write to come is worth one more stream, but nodes that disagree get no second one. */
    private boolean leadsElsewhere(String leader, String here) {
        return !hopped && !leader.isEmpty() && !leader.equals(here) && leader.equals(channels.leader());
    }

    private void answered(EncodedReply reply) {
        PendingWrite write = writes.unanswered(reply.getCorrelation());
        if (write == null) {
            return;
        }
        Result result = Wire.result(reply);
        Error error = result.getError();
        if (!result.hasError()) {
            executed(write, reply.getCorrelation());
            write.answer().complete(result);
        } else if (error.getReason() == Reason.REASON_UNAVAILABLE && !keepAlives.isEmpty()) {
            // May go on for long, and each time on a new stream: the lease would never be renewed.
            leaving = error;
        } else if (Failures.resends(error.getReason())) {
            brokenOff(error);
        } else if (error.getReason() == Reason.REASON_SESSION_UNKNOWN) {
            if (write.streams() == 1) {
                writes.forget(reply.getCorrelation());
                write.answer().completeExceptionally(Failures.exception(error));
            }
            brokenOff(error);
        } else {
            refused(write, reply.getCorrelation(), error);
        }
    }

    private void refused(PendingWrite write, long sequence, Error error) {
        boolean fillerDone = write.isFiller() && error.getReason() == Reason.REASON_INVALID;
        if (fillerDone || Failures.isOutcome(error.getReason())) {
            executed(write, sequence);
        } else {
            worked();
            writes.refused(sequence, write);
        }
        if (!write.isFiller()) {
            write.answer().completeExceptionally(Failures.exception(error));
        }
    }

    private void executed(PendingWrite write, long sequence) {
        worked();
        writes.executed(sequence, write);
    }

    private void brokenOff(Error error) {
        if (stream != null) {
            broken(stream, new Broken(error, true, true));
        }
    }

    private void worked() {
        backoff.reset();
        trouble = "";
        hopped = false;
        missedSequence = false;
        strangers.clear();
    }

    private void broken(SessionStream from, Broken broken) {
        if (from != stream) {
            return;
        }
        LOG.debug("session {}: the stream to {} ended: {}", id, from.address(), broken.error());
        trouble = broken.error().getMessage();
        from.cancel();
        stream = null;
        reads.goAlone();
        chooseNext(from.address(), broken);
        phase = Phase.PAUSING;
        retry = loop.schedule(pause(), this::connect);
        if (endsSession(broken.error().getReason())) {
            lost(broken.error());
        } else {
            writes.resendAll();
        }
    }

    private boolean isAnswerDue() {
        return phase == Phase.GREETING || (phase == Phase.OPEN && !(writes.isAnswered() && reads.isAnswered()));
    }

    private void leaderElsewhere(String leader) {
        if (stream != null) {
            String silent = stream.address() + " says nothing, and another node says that " + leader + " leads";
            brokenOff(Failures.error(Reason.REASON_NOT_LEADER, silent).toBuilder()
                    .setLeader(leader)
                    .build());
        }
    }

    /** A lease has to be renewed meanwhile. */
    private Duration pause() {
        Duration pause = backoff.next();
        Duration longest = ttl.dividedBy(4);
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    private void chooseNext(String address, Broken broken) {
        if (broken.error().getReason() == Reason.REASON_WRONG_CLUSTER) {
            strangers.add(address);
        }
        if (!broken.answered()) {
            channels.failed(address);
        } else if (!SESSION_MATTERS.contains(broken.error().getReason())) {
            channels.refused(address);
            channels.leads(broken.error().getLeader());
        }
    }

    /**
     * Whether the session is over. A sequence that is missed twice in a row, though all was sent again, is missing for
     * good. A wrong cluster is believed when all nodes say so: one of them may be a stranger.
     */
    private boolean endsSession(Reason why) {
        boolean missedAgain = why == Reason.REASON_OUT_OF_SEQUENCE && missedSequence;
        missedSequence = why == Reason.REASON_OUT_OF_SEQUENCE;
        return missedAgain || why == Reason.REASON_SESSION_UNKNOWN || strangers.containsAll(channels.endpoints());
    }

    private void lost(Error why) {
        if (id != 0) {
            LOG.info("session {} is lost: {}", id, why.getMessage());
        }
        id = 0;
        generation = 0;
        fence.end();
        missedSequence = false;
        strangers.clear();
        List<PendingWrite> sent = writes.sent();
        List<PendingWrite> unsent = writes.unsent();
        writes.clear();
        // A follower may leave while it is told.
        List.copyOf(followers).forEach(Follower::sessionLost);
        takeInbox();
        writes.addAll(unsent);
        if (writes.hasNothingToSend() && followers.isEmpty()) {
            cancel(retry);
            phase = Phase.IDLE;
        }
        sent.forEach(write -> fail(write, "the session ended before the registry answered"));
    }

    // ---- what goes out --------------------------------------------------------------------------------------------

    private void writable(SessionStream from) {
        if (from == stream) {
            pump();
        }
    }

    private void pump() {
        SessionStream to = stream;
        if (phase != Phase.OPEN || to == null) {
            return;
        }
        boolean wasDue = isAnswerDue();
        while (to.isReady()) {
            ClientFrame.Builder frame = ClientFrame.newBuilder();
            writes.fill(frame, origin);
            reads.fill(frame);
            if (frame.getRequestsCount() == 0) {
                return;
            }
            to.send(frame.build());
            if (!wasDue) {
                suspicion.expect(to.address());
                wasDue = true;
            }
        }
    }

    // ---- the lease ------------------------------------------------------------------------------------------------

    private void keepAlive(SessionStream to) {
        if (to != stream || phase != Phase.OPEN) {
            return;
        }
        if (to.isSilent()) {
            broken(
                    to,
                    new Broken(
                            Failures.error(
                                    Reason.REASON_UNAVAILABLE,
                                    "no answer from " + to.address() + " for "
                                            + ttl.dividedBy(3).toMillis() + " ms"),
                            false,
                            true));
            return;
        }
        keepAlives.add(loop.nanoTime());
        to.sendKeepAlive(ClientFrame.newBuilder()
                .setKeepAlive(true)
                .setAckBelow(writes.ackBelow())
                .build());
        loop.schedule(ttl.dividedBy(3), () -> keepAlive(to));
    }

    private void keptAlive(SessionStream from, int unknownLeases) {
        if (unknownLeases > 0) {
            broken(
                    from,
                    new Broken(
                            Failures.error(Reason.REASON_SESSION_UNKNOWN, "the lease of session " + id + " ended"),
                            true,
                            true));
            return;
        }
        if (writes.isAnswered()) {
            // While writes wait, only their answers prove that the stream works.
            worked();
        }
        Long sent = keepAlives.poll();
        if (sent != null) {
            fence.extend(sent, ttl);
            followers.forEach(Follower::sessionHeard);
        }
        if (leaving != null) {
            brokenOff(leaving);
        }
    }

    private void failLate(List<PendingWrite> late) {
        String message = "no answer from the registry within "
                + options.requestTimeout().toMillis() + " ms" + (trouble.isEmpty() ? "" : " (" + trouble + ")");
        late.forEach(write -> fail(write, message));
        writes.dropDone();
    }

    private static void fail(PendingWrite write, String message) {
        boolean sent = write.streams() > 0;
        write.answer()
                .completeExceptionally(
                        sent
                                ? new MusterException(
                                        MusterException.Reason.UNKNOWN_OUTCOME,
                                        Fate.UNKNOWN,
                                        message + "; it may be done")
                                : new MusterException(
                                        MusterException.Reason.UNAVAILABLE,
                                        Fate.NOT_APPLIED,
                                        message + "; it was not sent"));
    }

    private static void cancel(Loop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
