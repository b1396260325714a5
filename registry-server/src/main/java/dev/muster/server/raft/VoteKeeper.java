// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each vote of this node before it leaves the node. Ratis 3.3.0 renames its file of votes without making that
 * durable, so a node that lost power could have forgotten a vote that was counted; and that file has no checksum, so a bit
 * that flips could make another vote of it. The rename is made durable, and the vote is written a second time, with a
 * checksum, to be compared at the next start.
 *
 * <p>The copy is not synced: after a loss of power it may be an older one, or none, and then less is found. Thread-safe.
 */
final class VoteKeeper {
    static final String FILE = "raft-meta";

    private final Path written;
    private final Path copy;
    private @Nullable Vote kept;
    private volatile long keptTerm = -1;

    /** {@code written} is the file of Ratis. */
    VoteKeeper(Path written, Path copy) {
        this.written = written;
        this.copy = copy;
    }

    /** What Ratis has written until now is kept when this returns. */
    synchronized void keep() throws IOException {
        Vote now = Files.exists(written) ? Vote.in(written).orElse(null) : null;
        if (now != null && !now.equals(kept)) {
            DurableFile.syncFolder(written.resolveSibling("."));
            Path beside = copy.resolveSibling(copy.getFileName() + ".new");
            Files.writeString(beside, encode(now));
            Files.move(beside, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            kept = now;
            keptTerm = now.term();
        }
    }

    /** As {@link #keep}, for who follows the leader of this term: nothing has changed when it did so before. */
    void keepTerm(long term) throws IOException {
        if (term > keptTerm) {
            keep();
        }
    }

    /** The vote that was kept last; nothing when there is no copy, or a damaged one. */
    static Optional<Vote> keptIn(Path copy) throws IOException {
        if (!Files.exists(copy)) {
            return Optional.empty();
        }
        String text = new String(Files.readAllBytes(copy), StandardCharsets.UTF_8);
        String[] words = text.split(" ", -1);
        return words.length < 2
                ? Optional.empty()
                : Vote.of(words[0], words[1]).filter(vote -> encode(vote).equals(text));
    }

    /** Words with a space between them: term, for whom, CRC32C of both. */
    private static String encode(Vote vote) {
        String words = vote.term() + " " + vote.votedFor() + " ";
        CRC32C crc = new CRC32C();
        crc.update(words.getBytes(StandardCharsets.UTF_8));
        return words + Long.toHexString(crc.getValue());
    }
}
