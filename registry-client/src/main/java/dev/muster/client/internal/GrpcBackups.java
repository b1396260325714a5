// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.client.Backups;
import dev.muster.client.Consistency;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.Position;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.BackupsGrpc;
import dev.muster.v1.FollowBackupRequest;
import dev.muster.v1.FollowBackupResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.SaveBackupRequest;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.Channel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Backups by streams from any node. As long as nothing came of one, another node is asked; a backup that broke off is
 * begun again by the caller, who knows what to do with the beginning. Safe for any thread.
 */
final class GrpcBackups implements Backups {
    private final Loop loop;
    private final LeaderChannel channels;
    private final Duration patience;
    private final RandomGenerator random;

    /** {@code patience}: how long to wait for each message. */
    GrpcBackups(Loop loop, LeaderChannel channels, Duration patience, RandomGenerator random) {
        this.loop = loop;
        this.channels = channels;
        this.patience = patience;
        this.random = random;
    }

    @Override
    public Position save(Consistency consistency, OutputStream out) {
        SaveBackupRequest request =
                SaveBackupRequest.newBuilder().setRead(Wire.read(consistency)).build();
        Backoff backoff = new Backoff(random, channels.endpoints().size());
        long began = loop.nanoTime();
        for (int asked = 1; true; asked++) {
            Node node = Futures.await(any(), loop);
            try (BackupReceiver<SaveBackupRequest, SaveBackupResponse> receiver =
                    BackupReceiver.open(node.channel(), BackupsGrpc.getSaveMethod(), request, patience)) {
                SaveBackupResponse first = receiver.next();
                if (first != null) {
                    return writeAll(first, receiver, node, out);
                }
                leave(node, receiver.broken());
                boolean late = loop.nanoTime() - began > patience.toNanos();
                if (asked >= channels.endpoints().size() && (late || !asksForPatience(receiver.broken()))) {
                    throw failure(node, receiver.broken());
                }
            }
            pause(backoff.next());
        }
    }

    /** The node is there, and will have a leader soon. */
    private static boolean asksForPatience(Broken broken) {
        return broken.answered() && broken.error().getReason() == Reason.REASON_UNAVAILABLE;
    }

    private static void write(SaveBackupResponse message, OutputStream out) {
        try {
            message.getChunk().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("the backup could not be written: " + e.getMessage(), e);
        }
    }

    private Position writeAll(
            SaveBackupResponse first,
            BackupReceiver<SaveBackupRequest, SaveBackupResponse> receiver,
            Node node,
            OutputStream out) {
        for (SaveBackupResponse next = first; next != null; next = receiver.next()) {
            write(next, out);
        }
        if (!receiver.isWhole()) {
            leave(node, receiver.broken());
            throw failure(node, receiver.broken());
        }
        return Wire.position(first.getHeader());
    }

    @Override
    public void follow(byte[] token, Follower follower) {
        Backoff backoff = new Backoff(random, channels.endpoints().size());
        ByteString reached = ByteString.copyFrom(token);
        boolean goesOn = true;
        while (goesOn) {
            Node node = Futures.await(any(), loop);
            FollowBackupRequest request =
                    FollowBackupRequest.newBuilder().setResumeToken(reached).build();
            try (BackupReceiver<FollowBackupRequest, FollowBackupResponse> receiver =
                    BackupReceiver.open(node.channel(), BackupsGrpc.getFollowMethod(), request, patience)) {
                for (FollowBackupResponse frame = receiver.next();
                        goesOn && frame != null;
                        frame = goesOn ? receiver.next() : null) {
                    backoff.reset();
                    goesOn = follower.frame(Wire.position(frame.getHeader()), frame.toByteArray());
                    reached = frame.getResumeToken();
                }
                if (goesOn) {
                    goesOn = mayGoOn(node, receiver.broken(), follower);
                }
            }
            if (goesOn) {
                pause(backoff.next());
            }
        }
    }

    /** Another node may have what this one has not; another cluster will not. */
    private boolean mayGoOn(Node node, Broken broken, Follower follower) {
        Reason reason = broken.error().getReason();
        MusterException why = failure(node, broken);
        if (broken.answered() && (reason == Reason.REASON_WRONG_CLUSTER || reason == Reason.REASON_INVALID)) {
            throw why;
        }
        leave(node, broken);
        return follower.away(why);
    }

    private void pause(Duration length) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        loop.execute(() -> loop.schedule(length, () -> over.complete(null)));
        Futures.await(over, loop);
    }

    private record Node(String address, Channel channel) {}

    private CompletableFuture<Node> any() {
        CompletableFuture<Node> chosen = new CompletableFuture<>();
        loop.execute(() -> {
            String address = channels.any();
            chosen.complete(new Node(address, channels.channel(address)));
        });
        return chosen;
    }

    private void leave(Node node, Broken broken) {
        loop.execute(() -> {
            if (broken.answered()) {
                channels.refused(node.address());
            } else {
                channels.failed(node.address());
            }
        });
    }

    private static MusterException failure(Node node, Broken broken) {
        MusterException failure = Failures.exception(broken.error());
        return broken.answered()
                ? failure
                : new MusterException(failure.reason(), Fate.NOT_APPLIED, node.address() + ": " + failure.detail());
    }
}
