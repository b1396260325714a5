// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Limits;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.rpc.SessionHello.Opened;
import dev.muster.server.rpc.SessionService.Needs;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.Error;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.ServerHello;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of one session: requests in, in order and pipelined; replies out, in batches, in the order in which they
 * are ready. Writes enter the log in the order of their frames. Thread-safe in the way gRPC needs it: frames come one at
 * a time, replies from any thread.
 *
 * <p>What is in flight is bounded: beyond {@link #MAX_IN_FLIGHT} no more frames are taken until replies have left, and
 * the answer of a read is not made before it can be sent. So a client that does not read costs a bounded amount.
 */
final class SessionStream implements StreamObserver<ClientFrame> {
    /** Requests without a sent reply; one more frame may be on top of it. */
    static final int MAX_IN_FLIGHT = 8_192;

    private final Needs needs;
    private final Caller caller;
    private final ServerCallStreamObserver<ServerFrame> client;
    private final Consumer<SessionStream> closed;
    private final Replies replies;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicBoolean wantsFrame = new AtomicBoolean();

    private boolean greeted;
    private volatile @Nullable Opened session;
    private long ackBelow;

    SessionStream(
            Needs needs, Caller caller, ServerCallStreamObserver<ServerFrame> client, Consumer<SessionStream> closed) {
        this.needs = needs;
        this.caller = caller;
        this.client = client;
        this.closed = closed;
        this.replies = new Replies(client, needs.ownThread().get(), this::sent);
    }

    void start() {
        client.disableAutoRequest();
        client.setOnReadyHandler(replies::wake);
        client.setOnCancelHandler(this::close);
        client.setOnCloseHandler(this::close);
        client.request(1);
    }

    /** This node does not lead any more, or never did: the stream ends. */
    void leadershipLost() {
        Leadership now = needs.replica().leadership();
        end(ReplicaException.notLeader(needs.replica().node(), now.leads() ? "" : now.leaderAddress())
                .error());
    }

    /** What is ready is sent, then the reason, then the stream is over. */
    void end(Error why) {
        replies.end(why);
    }

    @Override
    public void onNext(ClientFrame frame) {
        try {
            check(frame);
            if (greeted) {
                take(frame);
            } else {
                greeted = true;
                greet(frame);
            }
        } catch (Rejection refusal) {
            end(refusal.error());
        }
    }

    @Override
    public void onError(Throwable gone) {
        close();
    }

    @Override
    public void onCompleted() {
        replies.finishWhenEmpty(inFlight::get);
    }

    private void check(ClientFrame frame) {
        if (frame.getSerializedSize() > Limits.MAX_FRAME_BYTES) {
            throw Rejection.invalid(
                    "frame", frame.getSerializedSize() + " bytes", "at most " + Limits.MAX_FRAME_BYTES + " bytes");
        }
        if (frame.hasHello() == greeted) {
            throw Rejection.invalid("hello", frame.hasHello(), "in the first frame, and only there");
        }
    }

    private void greet(ClientFrame frame) {
        if (!needs.replica().leadership().leads()) {
            leadershipLost();
            return;
        }
        var unused = new SessionHello(needs, caller)
                .open(frame.getHello())
                .orTimeout(Unary.DEFAULT_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .whenCompleteAsync((opened, failure) -> greeted(frame, opened, failure), needs.executor());
    }

    /** No other frame was asked for yet, so none can overtake the rest of the first one. */
    private void greeted(ClientFrame first, @Nullable Opened opened, @Nullable Throwable failure) {
        if (opened == null) {
            end(Statuses.error(failure == null ? new IllegalStateException("no session") : failure));
            return;
        }
        session = opened;
        ServerHello hello = opened.hello();
        replies.add(frame -> frame.setHello(hello));
        try {
            take(first);
        } catch (Rejection refusal) {
            end(refusal.error());
        }
    }

    private void take(ClientFrame frame) {
        if (Long.compareUnsigned(frame.getAckBelow(), ackBelow) > 0) {
            ackBelow = frame.getAckBelow();
        }
        List<Request> writes = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        Map<ReadOptions, List<Read>> reads = new LinkedHashMap<>();
        for (Request request : frame.getRequestsList()) {
            inFlight.incrementAndGet();
            take(
                    request,
                    command -> {
                        writes.add(request);
                        commands.add(command);
                    },
                    (options, answer) -> reads.computeIfAbsent(options, first -> new ArrayList<>())
                            .add(new Read(request, answer)));
        }
        write(writes, commands);
        reads.forEach(this::read);
        if (frame.getKeepAlive() || frame.getLeasesCount() > 0) {
            inFlight.incrementAndGet();
            keepAlive(frame);
        }
        wantsFrame.set(true);
        requestFrame();
    }

    /** A read, and what it puts into its result once it may be answered. */
    private record Read(Request request, Consumer<Result.Builder> answer) {}

    private void take(
            Request request, Consumer<Command> writes, BiConsumer<ReadOptions, Consumer<Result.Builder>> reads) {
        try {
            switch (request.getCallCase()) {
                case REGISTER,
                        DEREGISTER,
                        UPDATE,
                        BATCH,
                        GRANT_LEASE,
                        REVOKE_LEASE,
                        CLOSE_SESSION,
                        CREATE_KEYSPACE,
                        NEXT_KEY_SET,
                        RETURN_KEYS,
                        APPEND_EVENT -> writes.accept(command(request));
                case LOOKUP -> {
                    Validation.lookup(request.getLookup());
                    checkPresent(request.getLookup().hasAt());
                    checkRead(request);
                    reads.accept(
                            request.getLookup().getRead(),
                            result -> result.setLookup(needs.reads().answer(request.getLookup())));
                }
                case LIST_SERVICES -> {
                    Validation.listServices(request.getListServices());
                    checkPresent(request.getListServices().hasAt());
                    Pages.start(request.getListServices());
                    checkRead(request);
                    reads.accept(
                            request.getListServices().getRead(),
                            result -> result.setListServices(needs.reads().answer(request.getListServices())));
                }
                case CALL_NOT_SET ->
                    throw request.getUnknownFields().asMap().isEmpty()
                            ? Rejection.invalid("call", "", "one of the calls of a session")
                            : Rejection.unsupported("this call");
            }
        } catch (RuntimeException refusal) {
            reply(request, null, refusal);
        }
    }

    /** What is wrong with the write itself is for the log to say: the refusal then takes its sequence like any outcome. */
    private Command command(Request request) {
        Opened opened = opened();
        if (request.getSequence() <= 0) {
            throw Rejection.invalid(
                    "sequence", Long.toUnsignedString(request.getSequence()), "1, 2, 3, ... for the session's writes");
        }
        Command.Builder command = Commands.of(request);
        Validation.operationSize(Commands.operation(command).getSerializedSize());
        command.setStamp(caller.stamp())
                .setSession(opened.hello().getSession())
                .setGeneration(opened.generation())
                .setSequence(request.getSequence())
                .setAckBelow(ackBelow)
                .setDigest(Commands.digest(command));
        return command.build();
    }

    private void write(List<Request> requests, List<Command> commands) {
        List<CompletableFuture<Result>> outcomes = needs.replica().submitAll(commands);
        for (int i = 0; i < outcomes.size(); i++) {
            Request request = requests.get(i);
            var unused = outcomes.get(i).whenComplete((result, failure) -> reply(request, result, failure));
        }
    }

    /** What a list of the past takes would hold up what comes after it in the stream. */
    private static void checkPresent(boolean hasMoment) {
        if (hasMoment) {
            throw Rejection.invalid("at", "a moment", "none in a session; ask by a call of its own");
        }
    }

    private static void checkRead(Request request) {
        if (request.getSequence() != 0) {
            throw Rejection.invalid("sequence", Long.toUnsignedString(request.getSequence()), "0 for a read");
        }
    }

    /** Reads of one frame came at one moment: what lets one of them be answered lets all. */
    private void read(ReadOptions options, List<Read> reads) {
        CompletableFuture<Void> admitted = admit(options);
        CompletableFuture<Void> bounded = admitted.isDone()
                ? admitted
                : admitted.copy().orTimeout(Unary.DEFAULT_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        var unused = bounded.whenComplete((nothing, failure) -> {
            for (Read read : reads) {
                if (failure == null) {
                    replies.add(frame -> answer(read, frame));
                } else {
                    reply(read.request(), null, failure);
                }
            }
        });
    }

    private CompletableFuture<Void> admit(ReadOptions options) {
        try {
            return needs.reads().admit(options);
        } catch (RuntimeException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private static void answer(Read read, ServerFrame.Builder frame) {
        Result.Builder result = Result.newBuilder();
        read.answer().accept(result);
        frame.addRepliesBuilder()
                .setCorrelation(read.request().getCorrelation())
                .setResult(result);
    }

    private void reply(Request request, @Nullable Result result, @Nullable Throwable failure) {
        Result outcome = result != null
                ? result
                : Result.newBuilder()
                        .setError(Statuses.error(failure == null ? new IllegalStateException("no result") : failure))
                        .build();
        replies.add(frame -> frame.addRepliesBuilder()
                .setCorrelation(request.getCorrelation())
                .setResult(outcome));
    }

    private void keepAlive(ClientFrame frame) {
        LeaseService.checkCount(frame.getLeasesList());
        List<Long> leases = new ArrayList<>(frame.getLeasesList());
        if (frame.getKeepAlive()) {
            leases.add(opened().hello().getSession());
        }
        CompletableFuture<KeepAliveResponse> answer = needs.keepAlives().renew(leases);
        replies.addInOrder(answer.whenComplete((response, failure) -> {
            if (failure != null) {
                end(Statuses.error(failure));
            }
        }));
    }

    private Opened opened() {
        Opened opened = session;
        if (opened == null) {
            throw new IllegalStateException("a request before the session is open");
        }
        return opened;
    }

    /** So many replies left. */
    private void sent(int count) {
        inFlight.addAndGet(-count);
        requestFrame();
    }

    private void requestFrame() {
        if (inFlight.get() < MAX_IN_FLIGHT && wantsFrame.compareAndSet(true, false)) {
            client.request(1);
        }
    }

    private void close() {
        replies.drop();
        closed.accept(this);
    }
}
