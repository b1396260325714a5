// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node has promised in elections. Immutable.
 *
 * @param term the newest one that it has heard of
 * @param votedFor whom it gave its vote in that term; empty for nobody
 */
record Vote(long term, String votedFor) {
    private static final Pattern TERM = Pattern.compile("\\d{1,18}");

    /** A node with its storage id. */
    private static final Pattern PEER = Pattern.compile(".+-[0-9a-f]{16}");

    /** What Ratis wrote; nothing when it is not of the form that Ratis writes. */
    static Optional<Vote> in(Path file) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return Optional.empty();
        }
        return of(properties.getProperty("term"), properties.getProperty("votedFor"));
    }

    /** From its two words; nothing when they cannot be such. */
    static Optional<Vote> of(@Nullable String term, @Nullable String votedFor) {
        return term != null
                        && TERM.matcher(term).matches()
                        && votedFor != null
                        && (votedFor.isEmpty() || isPeer(votedFor))
                ? Optional.of(new Vote(Long.parseLong(term), votedFor))
                : Optional.empty();
    }

    static boolean isPeer(String id) {
        return PEER.matcher(id).matches();
    }

    /** Whether a node that knew no more than this could break the promise. */
    boolean forgets(Vote promise) {
        return term < promise.term
                || (term == promise.term && !promise.votedFor.isEmpty() && !promise.votedFor.equals(votedFor));
    }

    @Override
    public String toString() {
        return "term " + term + ", " + (votedFor.isEmpty() ? "no vote" : "voted for " + votedFor);
    }
}
