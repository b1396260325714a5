// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.log.EntryCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Stamp;
import dev.muster.v1.FollowBackupResponse;
import dev.muster.v1.FollowedEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupFolderTest {
    @TempDir
    private Path root;

    private final TestRegistry registry = TestRegistry.withSomeOfAll();
    private final Set<Long> states = new HashSet<>();
    private Path folder = Path.of("");
    private long index = TestRegistry.POSITION.index();

    @BeforeEach
    void open() {
        folder = root.resolve("follow");
    }

    @Test
    void baseAndEntriesGiveTheStateThatTheClusterHad() throws IOException {
        follow(5);

        assertThat(shown().contentHash()).isEqualTo(registry.state().contentHash());
        assertThat(BackupFolder.verify(folder).revision())
                .isEqualTo(registry.state().revision());
        assertThat(BackupFolder.verify(folder).index()).isEqualTo(index);
    }

    @Test
    void folderThatIsOpenedAgainGoesOnBehindItsLastFrame() throws IOException {
        follow(2);
        try (BackupFolder again = BackupFolder.open(folder)) {
            assertThat(again.token()).isEqualTo(token());
            assertThat(again.revision()).isEqualTo(registry.state().revision());
            again.take(entries(1));
        }
        assertThat(shown().contentHash()).isEqualTo(registry.state().contentHash());
    }

    @Test
    void anotherBaseTakesThePlaceOfWhatWasBefore() throws IOException {
        follow(2);
        entries(3);
        try (BackupFolder again = BackupFolder.open(folder)) {
            for (byte[] frame : base()) {
                again.take(frame);
            }
            again.take(entries(1));
        }
        assertThat(shown().contentHash()).isEqualTo(registry.state().contentHash());
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("base-2", "log-2");
        }
    }

    @Test
    void baseThatBrokeOffLeavesWhatWasBefore() throws IOException {
        follow(2);
        long before = registry.state().contentHash();
        try (BackupFolder again = BackupFolder.open(folder)) {
            again.take(base().get(0));
        }
        assertThat(shown().contentHash()).isEqualTo(before);
    }

    @Test
    void missingEntryIsRefusedNamingFileAndOffset() throws IOException {
        try (BackupFolder opened = BackupFolder.open(folder)) {
            for (byte[] frame : base()) {
                opened.take(frame);
            }
            entries(1);
            opened.take(entries(1));
        }
        assertThatThrownBy(() -> BackupFolder.verify(folder))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(folder.resolve("log-1").toString())
                .hasMessageMatching(".*does not lead where it led in the cluster, at offset \\d+: .*");
    }

    @Test
    void everyFlippedByteIsRefusedNamingFileAndOffset() throws IOException {
        follow(3);
        for (String name : List.of("base-1", "log-1")) {
            Path file = folder.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < whole.length; i++) {
                byte[] damaged = whole.clone();
                damaged[i] ^= (byte) 0x10;
                Files.write(file, damaged);
                assertThatThrownBy(() -> BackupFolder.verify(folder))
                        .as("byte %s of %s", i, name)
                        .isInstanceOf(BackupException.class)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("at offset");
            }
            Files.write(file, whole);
        }
    }

    @Test
    void everyCutOfTheLogShowsAStateThatTheClusterHad() throws IOException {
        follow(3);
        Path file = folder.resolve("log-1");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 8; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(states).as("length %s", length).contains(shown().contentHash());
            Files.write(file, Arrays.copyOf(Arrays.copyOf(whole, length), whole.length));
            int cut = length;
            try {
                assertThat(states).as("zeros behind %s", cut).contains(shown().contentHash());
            } catch (BackupException refused) {
                assertThat(refused).hasMessageContaining("at offset");
            }
        }
    }

    private void follow(int entries) throws IOException {
        try (BackupFolder opened = BackupFolder.open(folder)) {
            assertThat(opened.token()).isEmpty();
            for (byte[] frame : base()) {
                opened.take(frame);
            }
            for (int i = 0; i < entries; i++) {
                opened.take(entries(1 + i % 2));
                assertThat(opened.revision()).isEqualTo(registry.state().revision());
            }
        }
    }

    private RegistryState shown() throws IOException {
        return BackupFolder.read(folder).state();
    }

    private List<byte[]> base() throws IOException {
        states.add(registry.state().contentHash());
        byte[] encoded = registry.encoded();
        int half = encoded.length / 2;
        List<byte[]> frames = new ArrayList<>();
        frames.add(FollowBackupResponse.newBuilder().setBaseBegins(true).build().toByteArray());
        frames.add(FollowBackupResponse.newBuilder()
                .setChunk(ByteString.copyFrom(encoded, 0, half))
                .build()
                .toByteArray());
        frames.add(FollowBackupResponse.newBuilder()
                .setChunk(ByteString.copyFrom(encoded, half, encoded.length - half))
                .build()
                .toByteArray());
        frames.add(FollowBackupResponse.newBuilder()
                .setBaseEnds(true)
                .setResumeToken(ByteString.copyFrom(token()))
                .build()
                .toByteArray());
        return frames;
    }

    /** A frame of so many entries that change the registry. */
    private byte[] entries(int count) {
        FollowBackupResponse.Builder frame = FollowBackupResponse.newBuilder();
        for (int i = 0; i < count; i++) {
            Command command = Command.newBuilder()
                    .setStamp(Stamp.newBuilder()
                            .setTerm(1)
                            .setTimeMillis(1_700_000_000_000L)
                            .setNode("n1"))
                    .setRegister(TestRegistry.registration("orders", "i" + index))
                    .build();
            registry.apply(command.toBuilder());
            index++;
            states.add(registry.state().contentHash());
            frame.addEntries(FollowedEntry.newBuilder()
                    .setIndex(index)
                    .setData(EntryCodec.encode("cluster-a", "registry", List.of(command)))
                    .setRevision(registry.state().revision())
                    .setChain(registry.state().chain()));
        }
        return frame.setResumeToken(ByteString.copyFrom(token())).build().toByteArray();
    }

    private byte[] token() {
        return Long.toString(index).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
