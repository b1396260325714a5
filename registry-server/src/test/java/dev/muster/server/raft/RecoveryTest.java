// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.CodedInputStream;
import dev.muster.core.RegistryState;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RecoveryTest {
    /** One disk of a node that was stopped, for all tests that harm it: each gets a copy. */
    @TempDir
    static Path written;

    private static long lastWritten;

    @TempDir
    Path root;

    private final Set<Path> opened = new HashSet<>();

    /** The log has a closed segment: each term begins another one. */
    @BeforeAll
    static void writeToOneDisk() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(written, 1, RaftGroupFixture.options())) {
            writeMany(group.replica(group.awaitLeader()), 0, 50);
            group.stop(0);
            group.restart(0);
            writeMany(group.replica(group.awaitLeader()), 50, 100);
            lastWritten = group.replica(0).progress().appliedIndex();
        }
    }

    @Test
    void eachDiskHoldsWhatItsNodeHadAppliedFromASnapshotAndTheLogBehindIt() throws Exception {
        RegistryState state;
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            writeMany(leader, 0, 50);
            leader.takeSnapshot().get(20, TimeUnit.SECONDS);
            long revision = writeMany(leader, 50, 100);
            for (int i = 0; i < 3; i++) {
                group.replica(i).awaitRevision(revision).get(20, TimeUnit.SECONDS);
            }
            state = leader.state();
        }
        for (int disk = 1; disk <= 3; disk++) {
            Recovery.Found found = read(disk);
            assertThat(found.state().catalog().instanceCount()).isEqualTo(100);
            assertThat(found.state().revision()).isGreaterThanOrEqualTo(state.revision());
            assertThat(found.known()).isLessThanOrEqualTo(found.index());
        }
    }

    @Test
    void entriesOfWhichNoMajorityWasHeardAreFound() throws Exception {
        List<CompletableFuture<Result>> writes = new ArrayList<>();
        int disk = writeUntilTheLeaderWasAlone(writes);
        long refused = writes.stream()
                .filter(write -> reasonOf(write) == Reason.REASON_NOT_LEADER)
                .count();
        assertThat(writes)
                .as("some were in the log when the leader was alone")
                .anyMatch(write -> reasonOf(write) == Reason.REASON_UNKNOWN_OUTCOME);

        Recovery.Found found = read(disk);
        assertThat(found.state().catalog().instanceCount()).isEqualTo(10 + writes.size() - Math.toIntExact(refused));
        assertThat(found.known()).isLessThan(found.index());
    }

    /** Returns the leader's disk; ten writes were acknowledged before those that are added to the list. */
    private int writeUntilTheLeaderWasAlone(List<CompletableFuture<Result>> writes) throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int last = group.awaitLeader();
            RaftReplica lonely = group.replica(last);
            writeMany(lonely, 0, 10);
            group.stop((last + 1) % 3);
            CompletableFuture<Void> leaving = CompletableFuture.runAsync(() -> group.stop((last + 2) % 3));
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                writes.add(lonely.submit(RaftGroupFixture.register("orders", "late" + writes.size())));
                return !lonely.leadership().leads();
            });
            leaving.join();
            await().until(() -> writes.stream().allMatch(CompletableFuture::isDone));
            return last + 1;
        }
    }

    /** Why it was refused; nothing of the kind if it was not. */
    private static Reason reasonOf(CompletableFuture<Result> write) {
        return write.handle((result, failure) -> failure instanceof ReplicaException refusal
                        ? refusal.error().getReason()
                        : Reason.REASON_UNSPECIFIED)
                .join();
    }

    @Test
    void damageIsNamedAndWhatComesBeforeItIsRead() throws Exception {
        copyTheDisk();
        Path segment = segment(name -> name.startsWith("log_0-"));
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 4;
        Files.write(segment, bytes);

        Recovery.Found found = read(1);
        assertThat(found.isIncomplete()).isTrue();
        assertThat(found.damage()).singleElement().asString().contains(segment.toString());
        assertThat(found.index()).isPositive().isLessThan(lastWritten);
        assertThat(found.state().catalog().instanceCount()).isPositive();
    }

    @Test
    void closedSegmentThatWasCutIsNotTakenForAWholeOne() throws Exception {
        copyTheDisk();
        Files.delete(segment(name -> name.startsWith("log_inprogress")));
        Path segment = segment(name -> name.startsWith("log_0-"));
        byte[] bytes = Files.readAllBytes(segment);
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
        Files.write(segment, bytes);
        assertThat(read(1).isIncomplete()).isTrue();
    }

    @Test
    void logWithoutItsBeginningIsNotTakenForAWholeOne() throws Exception {
        copyTheDisk();
        Files.delete(segment(name -> name.startsWith("log_0-")));
        assertThatThrownBy(() -> read(1))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("holds nothing that can be read");
    }

    @Test
    void halfWrittenLastEntryIsLeftOutAndNothingIsMissing() throws Exception {
        copyTheDisk();
        Recovery.Found whole = read(1);
        Path open = segment(name -> name.startsWith("log_inprogress"));
        try (FileChannel file = FileChannel.open(open, StandardOpenOption.WRITE)) {
            int end = endOfData(Files.readAllBytes(open));
            file.write(ByteBuffer.wrap(new byte[] {0x40, 1, 2, 3}), end);
        }

        Recovery.Found found = read(1);
        assertThat(found.isIncomplete()).isFalse();
        assertThat(found.index()).isEqualTo(whole.index());
    }

    @Test
    void emptiedFileOfVotesIsNoHindrance() throws Exception {
        copyTheDisk();
        Files.write(segment(name -> name.equals("raft-meta")), new byte[0]);
        assertThat(read(1).state().catalog().instanceCount()).isEqualTo(100);
    }

    @Test
    void nothingOnTheDiskIsChanged() throws Exception {
        copyTheDisk();
        Map<Path, String> before = contents();
        read(1);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void folderOfNoMemberIsRefused() {
        assertThatThrownBy(() -> DataFolder.openToRead(root.resolve("disk1")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("not the data folder of a node");
    }

    private Recovery.Found read(int disk) {
        try (DataFolder folder = open(disk)) {
            return Recovery.read(folder);
        }
    }

    private void copyTheDisk() throws IOException {
        try (Stream<Path> files = Files.walk(written)) {
            for (Path file : files.filter(path -> !path.equals(written)).toList()) {
                Files.copy(file, root.resolve(written.relativize(file)));
            }
        }
    }

    /** Behind the last entry, each of which is its length, its bytes and a checksum, which may end with zeros itself. */
    private static int endOfData(byte[] segment) throws IOException {
        int end = SegmentedRaftLogFormat.getHeaderLength();
        while (end < segment.length && segment[end] != 0) {
            CodedInputStream entry = CodedInputStream.newInstance(segment, end, segment.length - end);
            int length = entry.readRawVarint32();
            end += entry.getTotalBytesRead() + length + Integer.BYTES;
        }
        return end;
    }

    private Path segment(Predicate<String> name) throws IOException {
        try (DataFolder folder = open(1)) {
            return StoragePreflight.filesOf(folder).stream()
                    .filter(file -> name.test(String.valueOf(file.getFileName())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Map<Path, String> contents() throws IOException {
        open(1).close();
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, Arrays.hashCode(Files.readAllBytes(file)) + " " + Files.getLastModifiedTime(file));
            }
        }
        return contents;
    }

    /** As its node leaves it: the fixture founds no cluster. */
    private DataFolder open(int disk) {
        Path data = root.resolve("disk" + disk);
        if (opened.add(data) && Files.exists(data)) {
            try (DataFolder folder = DataFolder.open(data, "n" + disk, "test", new Random(disk))) {
                folder.advance(RaftGroupFixture.CLUSTER, Identity.Phase.MEMBER, List.of());
            }
        }
        return DataFolder.openToRead(data);
    }

    private static long writeMany(RaftReplica leader, int from, int to) throws Exception {
        List<CompletableFuture<Result>> writes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            writes.add(leader.submit(RaftGroupFixture.register("orders", "o" + i)));
        }
        long revision = 0;
        for (CompletableFuture<Result> write : writes) {
            revision = write.get(20, TimeUnit.SECONDS).getRegister().getHeader().getRevision();
        }
        return revision;
    }
}
