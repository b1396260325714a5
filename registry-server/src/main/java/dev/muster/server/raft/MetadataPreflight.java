// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the two small files in which Ratis remembers the votes of this node and the members of its group. They have no
 * checksums: what is not of the form that Ratis writes is refused. The members are taken from {@link MembersCopy} instead,
 * if that can be read. Stateless.
 */
final class MetadataPreflight {
    static final String MEMBERS = "raft-meta.conf";

    private static final Pattern TERM = Pattern.compile("\\d{1,18}");

    /** A node with its storage id. */
    private static final Pattern PEER = Pattern.compile(".+-[0-9a-f]{16}");

    private MetadataPreflight() {}

    /**
     * Checks the two in {@code current}, a group's part of the folder; returns what was repaired.
     *
     * @throws StorageException if the node must not start with them
     */
    static List<String> check(DataFolder folder, Path current) throws IOException {
        List<String> repairs = checkMembers(folder, current.resolve(MEMBERS));
        checkVotes(folder, current.resolve("raft-meta"));
        return repairs;
    }

    /** Ratis would go on without any when it cannot read them, and wait for ever. */
    private static List<String> checkMembers(DataFolder folder, Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        Optional<LogEntryProto> found = members(Files.readAllBytes(file));
        byte[] copied = new MembersCopy(folder.members()).read().orElse(new byte[0]);
        Optional<LogEntryProto> copy = members(copied);
        if (copy.isEmpty() && found.isEmpty()) {
            throw refused(folder, Kind.UNUSABLE, file, "the file that remembers the members is damaged");
        }
        // It is written before its copy. If what was copied is older, what is newer is in the log, too.
        if (copy.isEmpty()
                || found.equals(copy)
                || found.map(LogEntryProto::getIndex).orElse(-1L) > copy.get().getIndex()) {
            return List.of();
        }
        DurableFile.replace(file, copied);
        return List.of("the file that remembers the members was damaged and is as it was");
    }

    /** What is of the form that Ratis writes. */
    private static Optional<LogEntryProto> members(byte[] content) {
        try {
            return Optional.of(LogEntryProto.parseFrom(content))
                    .filter(LogEntryProto::hasConfigurationEntry)
                    .filter(entry -> entry.getConfigurationEntry().getPeersList().stream()
                            .allMatch(peer ->
                                    PEER.matcher(peer.getId().toStringUtf8()).matches()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static void checkVotes(DataFolder folder, Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (Files.size(file) == 0) {
            // What Ratis leaves when the disk was full while it wrote a vote.
            throw refused(folder, Kind.VOTES_LOST, file, "the file that remembers this node's votes is empty");
        }
        if (!areVotes(file)) {
            throw refused(folder, Kind.UNUSABLE, file, "the file that remembers this node's votes is damaged");
        }
    }

    private static boolean areVotes(Path file) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return false;
        }
        return TERM.matcher(properties.getProperty("term", "")).matches() && isVote(properties.getProperty("votedFor"));
    }

    /** For nobody, or for a peer. */
    private static boolean isVote(@Nullable String votedFor) {
        return votedFor != null && (votedFor.isEmpty() || PEER.matcher(votedFor).matches());
    }

    private static StorageException refused(DataFolder folder, Kind kind, Path file, String what) {
        return new StorageException(kind, file + ": " + what + "; " + folder.howToRejoin());
    }
}
