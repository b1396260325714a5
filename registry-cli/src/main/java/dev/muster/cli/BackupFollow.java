// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import com.google.gson.JsonObject;
import dev.muster.backup.BackupFolder;
import dev.muster.cli.output.Columns;
import dev.muster.cli.output.JsonFields;
import dev.muster.cli.output.Output;
import dev.muster.client.Backups;
import dev.muster.client.MusterException;
import dev.muster.client.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes every change to a folder as it comes, and tells about once a second how far that is; the registry hears it
 * now and then. For one thread.
 */
final class BackupFollow implements Backups.Follower {
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Columns<Lag> COLUMNS = Columns.<Lag>none()
            .number("REVISION", lag -> Long.toUnsignedString(lag.durable()))
            .number("BEHIND", lag -> Long.toString(lag.behind()));

    /** The newest revision that is durable in the folder, and how many the node was ahead when it sent the last piece. */
    private record Lag(long durable, long behind) {
        JsonObject json() {
            return new JsonFields()
                    .number("revision", durable)
                    .number("behind", behind)
                    .toObject();
        }
    }

    private final Context context;
    private final BackupFolder folder;
    private final BackupEntry entry;
    private final Output.Feed<Lag> feed;
    private Lag told = new Lag(-1, 0);
    private Deadline next;

    BackupFollow(Context context, BackupFolder folder, BackupEntry entry) {
        this.context = context;
        this.folder = folder;
        this.entry = entry;
        this.feed = context.output().feed(COLUMNS, Lag::json);
        this.next = context.deadline(Duration.ZERO);
    }

    @Override
    public boolean frame(Position position, byte[] piece) {
        try {
            folder.take(piece);
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
        Lag lag = new Lag(folder.revision(), Math.max(0, position.revision() - folder.revision()));
        entry.at(lag.durable(), lag.behind());
        if (next.isOver() && !lag.equals(told)) {
            next = context.deadline(PACE);
            told = lag;
            feed.add(List.of(lag));
        }
        return goesOn();
    }

    @Override
    public boolean away(MusterException why) {
        context.output()
                .talk("stale: revision " + Long.toUnsignedString(folder.revision())
                        + " is durable, and nobody sends what came after it: " + why.detail());
        return goesOn();
    }

    private boolean goesOn() {
        return !context.stop().await(new CompletableFuture<>(), Duration.ZERO);
    }
}
