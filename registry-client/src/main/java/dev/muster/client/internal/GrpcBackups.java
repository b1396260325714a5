// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Backups;
import dev.muster.client.Consistency;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.Position;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.SaveBackupRequest;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.Channel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Backups by streams from any node. As long as nothing came of one, the next node is asked; a backup that broke off is
 * begun again by the caller, who knows what to do with the beginning. Safe for any thread.
 */
final class GrpcBackups implements Backups {
    private final Loop loop;
    private final LeaderChannel channels;
    private final Duration patience;

    /** {@code patience}: how long to wait for each message. */
    GrpcBackups(Loop loop, LeaderChannel channels, Duration patience) {
        this.loop = loop;
        this.channels = channels;
        this.patience = patience;
    }

    @Override
    public Position save(Consistency consistency, OutputStream out) {
        SaveBackupRequest request =
                SaveBackupRequest.newBuilder().setRead(Wire.read(consistency)).build();
        MusterException last = null;
        for (int i = 0; i < channels.endpoints().size(); i++) {
            Node node = Futures.await(any(), loop);
            try (BackupReceiver receiver = BackupReceiver.open(node.channel(), request, patience)) {
                SaveBackupResponse first = receiver.next();
                if (first != null) {
                    return writeAll(first, receiver, node, out);
                }
                last = failure(node, receiver.broken());
                leave(node, receiver.broken());
            }
        }
        throw last == null
                ? new MusterException(MusterException.Reason.UNAVAILABLE, Fate.NOT_APPLIED, "no node to ask")
                : last;
    }

    private static void write(SaveBackupResponse message, OutputStream out) {
        try {
            message.getChunk().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("the backup could not be written: " + e.getMessage(), e);
        }
    }

    private Position writeAll(SaveBackupResponse first, BackupReceiver receiver, Node node, OutputStream out) {
        for (SaveBackupResponse next = first; next != null; next = receiver.next()) {
            write(next, out);
        }
        if (!receiver.isWhole()) {
            leave(node, receiver.broken());
            throw failure(node, receiver.broken());
        }
        return Wire.position(first.getHeader());
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
