// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoragePreflightTest {
    @TempDir
    Path root;

    private DataFolder folder;
    private Path current;

    @BeforeEach
    void open() throws IOException {
        folder = DataFolder.open(root, "n1", "c", new Random(42));
        current = Files.createDirectories(folder.raft().resolve("group").resolve("current"));
        Files.writeString(current.resolve("raft-meta"), "term=3\nvotedFor=n1-00000000000000a1\n");
    }

    @AfterEach
    void close() {
        folder.close();
    }

    @Test
    void wholeLogPassesUntouched() throws IOException {
        byte[] segment = segment(entries(5), 100);
        Path file = write("log_inprogress_10", segment);
        assertThat(StoragePreflight.check(folder, 14, 9)).isEmpty();
        assertThat(Files.readAllBytes(file)).isEqualTo(segment);
    }

    @Test
    void halfWrittenLastEntryIsCutAndReported() throws IOException {
        byte[] whole = entries(5);
        byte[] segment = segment(Arrays.copyOf(whole, whole.length - 7), 100);
        Path file = write("log_inprogress_10", segment);
        assertThat(StoragePreflight.check(folder, 13, 9))
                .singleElement()
                .asString()
                .contains("cut the half-written entry 14");
        assertThat(Files.size(file)).isEqualTo(8 + entries(4).length);
        assertThat(StoragePreflight.check(folder, 13, 9)).isEmpty();
    }

    @Test
    void damageAtOrBelowTheDurableMarkIsRefused() throws IOException {
        byte[] whole = entries(5);
        Path file = write("log_inprogress_10", segment(Arrays.copyOf(whole, whole.length - 7), 100));
        byte[] before = Files.readAllBytes(file);
        assertUnusable(14, 9, "entry 14");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void damageWithEntriesBehindItIsRefused() throws IOException {
        byte[] whole = entries(5);
        whole[entries(2).length + 3] ^= 1;
        write("log_inprogress_10", segment(whole, 100));
        assertUnusable(5, 9, "others follow it");
    }

    @Test
    void vanishedLogIsRefused() throws IOException {
        write("log_inprogress_10", new byte[0]);
        assertUnusable(12, 3, "had made everything up to 12 durable");
    }

    @Test
    void logThatBeginsTooLateForItsSnapshotIsRefused() throws IOException {
        write("log_inprogress_10", segment(entries(5), 100));
        assertUnusable(14, 8, "the entries 9 to 9 behind it are not in the log");
        assertUnusable(14, -1, "the entries 0 to 9 behind it are not in the log");
    }

    @Test
    void closedSegmentPassesOnlyWithEveryEntryOfItsName() throws IOException {
        byte[] whole = segment(entries(5), 0);
        Path file = write("log_10-14", whole);
        assertThat(StoragePreflight.check(folder, 14, 9)).isEmpty();

        for (int length : List.of(0, 5, 8, whole.length / 2, 8 + entries(4).length, whole.length - 1)) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertUnusable(9, 9, file.toString());
            Files.write(file, Arrays.copyOf(Arrays.copyOf(whole, length), whole.length));
            assertUnusable(9, 9, file.toString());
        }
        Files.write(file, Arrays.copyOf(whole, 8 + entries(4).length));
        assertUnusable(9, 9, "entry 14 at offset");
    }

    @Test
    void zeroedHeaderWithEntriesBehindItIsRefused() throws IOException {
        for (String name : List.of("log_10-14", "log_inprogress_10")) {
            byte[] segment = segment(entries(5), 0);
            Arrays.fill(segment, 0, 8, (byte) 0);
            Path file = write(name, segment);
            assertUnusable(9, 9, "its header is damaged");
            Files.delete(file);
        }
    }

    @Test
    void fileThatIsMissingInTheMiddleIsRefusedUnlessASnapshotCoversIt() throws IOException {
        write("log_0-4", segment(entries(5), 0));
        write("log_inprogress_10", segment(entries(5), 100));
        assertUnusable(14, 3, "the entries 5 to 9 behind it are not in the log");
        assertThat(StoragePreflight.check(folder, 14, 9)).isEmpty();
    }

    @Test
    void missingLogIsFineWhenASnapshotCoversTheMark() {
        assertThat(StoragePreflight.check(folder, 12, 12)).isEmpty();
    }

    @Test
    void emptiedVoteFileIsRefused() throws IOException {
        Files.write(current.resolve("raft-meta"), new byte[0]);
        assertThat(assertRefused(-1, -1, "remembers this node's votes is empty or gone")
                        .kind())
                .isEqualTo(Kind.VOTES_LOST);
    }

    @Test
    void emptiedVoteFileBesideADamagedLogIsRefusedForTheLog() throws IOException {
        Files.write(current.resolve("raft-meta"), new byte[0]);
        assertUnusable(7, -1, "had made everything up to 7 durable");
    }

    @Test
    void changedVoteFileIsRefused() throws IOException {
        for (String changed : List.of(
                "term=1",
                "term=1\nvotedFor=n1-00000000000000a",
                "term=:\nvotedFor=",
                "#\u00e9\nterm=1\nvotedFor=",
                "\\u12")) {
            Files.writeString(current.resolve("raft-meta"), changed, StandardCharsets.ISO_8859_1);
            assertUnusable(-1, -1, "remembers this node's votes is damaged");
        }
        Files.writeString(current.resolve("raft-meta"), "#\nvotedFor=n1-00000000000000a1\nterm=12");
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
    }

    @Test
    void votesThatAreGoneAreRefusedWhenThereIsACopy() throws IOException {
        Path file = current.resolve("raft-meta");
        new VoteKeeper(file, folder.votes()).keep();
        Files.delete(file);
        assertThat(assertRefused(-1, -1, "remembers this node's votes is empty or gone")
                        .kind())
                .isEqualTo(Kind.VOTES_LOST);
        Files.delete(folder.votes());
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
    }

    @Test
    void damagedVotesAreRefusedUnlessTheyForgetNothing() throws IOException {
        Path file = current.resolve("raft-meta");
        byte[] whole = "#\n#Mon Nov 23\nvotedFor=n1-00000000000000a1\nterm=12\n".getBytes(StandardCharsets.US_ASCII);
        Files.write(file, whole);
        new VoteKeeper(file, folder.votes()).keep();
        Vote promise = Vote.in(file).orElseThrow();
        for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertRefusedOrKept(Files.write(file, flipped), promise, "bit " + bit);
        }
        for (int size = 0; size < whole.length; size++) {
            assertRefusedOrKept(Files.write(file, Arrays.copyOf(whole, size)), promise, "cut to " + size);
        }
    }

    @Test
    void votesThatKnowMoreThanTheirCopyOrHaveNonePass() throws IOException {
        Path file = current.resolve("raft-meta");
        new VoteKeeper(file, folder.votes()).keep();
        byte[] copy = Files.readAllBytes(folder.votes());
        Files.writeString(file, "term=4\nvotedFor=\n");
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
        for (int bit = 0; bit < copy.length * Byte.SIZE; bit++) {
            byte[] flipped = copy.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(folder.votes(), flipped);
            assertThat(StoragePreflight.check(folder, -1, -1)).as("bit %d", bit).isEmpty();
        }
    }

    private void assertRefusedOrKept(Path file, Vote promise, String how) throws IOException {
        try {
            StoragePreflight.check(folder, -1, -1);
        } catch (StorageException refused) {
            assertThat(refused).as(how).hasMessageContaining(file.toString());
            return;
        }
        Vote found = Vote.in(file).orElseThrow();
        assertThat(found.equals(promise) || found.term() > promise.term())
                .as("%s: %s", how, found)
                .isTrue();
    }

    @Test
    void damagedFileOfMembersIsRefusedWithoutACopyAndMendedWithOne() throws IOException {
        byte[] members = members(300, "n1-00000000000000a1");
        Path file = current.resolve("raft-meta.conf");
        Files.write(file, members);
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
        for (int size = 0; size < members.length; size++) {
            Files.write(file, Arrays.copyOf(members, size));
            assertUnusable(-1, -1, "remembers the members is damaged");
        }
        Files.write(file, members);
        new MembersCopy(folder.members()).take(file);
        for (int bit = 0; bit < members.length * Byte.SIZE; bit++) {
            byte[] flipped = members.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file, flipped);
            assertThat(StoragePreflight.check(folder, -1, -1)).as("bit %d", bit).hasSize(1);
            assertThat(Files.readAllBytes(file)).isEqualTo(members);
        }
        byte[] newer = members(301, "n1-00000000000000b2");
        Files.write(file, newer);
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
        Files.write(file, members);
        byte[] copy = Files.readAllBytes(folder.members());
        copy[copy.length - 1] ^= 1;
        Files.write(folder.members(), copy);
        assertThat(StoragePreflight.check(folder, -1, -1)).isEmpty();
        assertThat(Files.readAllBytes(file)).isEqualTo(members);
    }

    private static byte[] members(long index, String peer) {
        return LogEntryProto.newBuilder()
                .setTerm(2)
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addPeers(RaftPeerProto.newBuilder()
                                .setId(ByteString.copyFromUtf8(peer))
                                .setAddress("127.0.0.1:2")))
                .build()
                .toByteArray();
    }

    private void assertUnusable(long mark, long snapshot, String message) {
        assertThat(assertRefused(mark, snapshot, message).kind()).isEqualTo(Kind.UNUSABLE);
    }

    private StorageException assertRefused(long mark, long snapshot, String message) {
        StorageException refused =
                catchThrowableOfType(StorageException.class, () -> StoragePreflight.check(folder, mark, snapshot));
        assertThat(refused).hasMessageContaining(message).hasMessageContaining("muster members rejoin n1 --data ");
        return refused;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(current.resolve(name), bytes);
    }

    private static byte[] segment(byte[] entries, int zeros) {
        ByteBuffer segment = ByteBuffer.allocate(8 + entries.length + zeros);
        segment.put("RaftLog1".getBytes(StandardCharsets.US_ASCII)).put(entries);
        return segment.array();
    }

    private static byte[] entries(int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[200 + i];
            Arrays.fill(body, (byte) (i + 1));
            ByteBuffer entry = ByteBuffer.allocate(body.length + 6);
            entry.put((byte) ((body.length & 0x7f) | 0x80))
                    .put((byte) (body.length >> 7))
                    .put(body);
            CRC32C crc = new CRC32C();
            crc.update(entry.array(), 0, body.length + 2);
            entry.putInt((int) crc.getValue());
            out.writeBytes(entry.array());
        }
        return out.toByteArray();
    }
}
