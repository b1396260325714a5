// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableFile;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;

/**
 * Looks at the two small files in which Ratis remembers the votes of this node and the members of its group. They have no
 * checksums: what is not of the form that Ratis writes is refused, and votes that forget what {@link VoteKeeper} kept. The
 * members are taken from {@link MembersCopy} instead, if that can be read. Stateless.
 */
final class MetadataPreflight {
    static final String MEMBERS = "raft-meta.conf";

    private MetadataPreflight() {}

    /**
     * Checks the two in {@code current}, a group's part of the folder; returns what was repaired.
     *
     * @throws StorageException if the node must not start with them
     */
    static List<String> check(DataFolder folder, Path current) throws IOException {
        List<String> repairs = checkMembers(folder, current.resolve(MEMBERS));
        checkVotes(folder, current.resolve(VoteKeeper.FILE));
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
        if (copy.isEmpty()
                || found.equals(copy)
                || found.filter(now -> follows(now, copy.get())).isPresent()) {
            return List.of();
        }
        DurableFile.replace(file, copied);
        return List.of("the file that remembers the members was not as its copy, and is again");
    }

    /**
     * Whether these members came after those that were copied, for they are written before their copy. The same ones with
     * a higher index may be damaged, and Ratis would take none with a lower one any more.
     */
    private static boolean follows(LogEntryProto found, LogEntryProto copy) {
        return found.getIndex() > copy.getIndex()
                && !found.getConfigurationEntry().equals(copy.getConfigurationEntry());
    }

    /** What is of the form that Ratis writes. */
    private static Optional<LogEntryProto> members(byte[] content) {
        try {
            return Optional.of(LogEntryProto.parseFrom(content))
                    .filter(LogEntryProto::hasConfigurationEntry)
                    .filter(entry -> entry.getConfigurationEntry().getPeersList().stream()
                            .allMatch(peer -> Vote.isPeer(peer.getId().toStringUtf8())));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static void checkVotes(DataFolder folder, Path file) throws IOException {
        Optional<Vote> promise = VoteKeeper.keptIn(folder.votes());
        if (!Files.exists(file) && promise.isEmpty()) {
            return;
        }
        if (!Files.exists(file) || Files.size(file) == 0) {
            // Ratis leaves an empty one when the disk was full while it wrote a vote.
            throw refused(folder, Kind.VOTES_LOST, file, "the file that remembers this node's votes is empty or gone");
        }
        String damaged = "the file that remembers this node's votes is damaged";
        Vote found = Vote.in(file).orElseThrow(() -> refused(folder, Kind.UNUSABLE, file, damaged));
        // It is written before its copy: one that knows more is of a node that fell between the two.
        if (promise.isPresent() && found.forgets(promise.get())) {
            throw refused(folder, Kind.UNUSABLE, file, damaged + ": " + found + " (it was " + promise.get() + ")");
        }
    }

    private static StorageException refused(DataFolder folder, Kind kind, Path file, String what) {
        return new StorageException(kind, file + ": " + what + "; " + folder.howToRejoin());
    }
}
