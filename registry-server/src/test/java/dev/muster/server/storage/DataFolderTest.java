// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
    @TempDir
    Path root;

    private DataFolder open(String node, String cluster) {
        return DataFolder.open(root, node, cluster, new Random(42));
    }

    @Test
    void identityIsMadeOnceAndKept() {
        Identity first;
        try (DataFolder folder = open("n1", "c")) {
            first = folder.identity();
            assertThat(first.phase()).isEqualTo(Identity.Phase.FORMATTED);
            folder.advance("cluster-id", Identity.Phase.MEMBER, List.of("n1 a b c", "n2 d e f"));
        }
        try (DataFolder folder = DataFolder.open(root, "n1", "c", new Random(43))) {
            assertThat(folder.identity().storageId()).isEqualTo(first.storageId());
            assertThat(folder.identity().clusterId()).isEqualTo("cluster-id");
            assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.MEMBER);
            assertThat(folder.identity().founders()).containsExactly("n1 a b c", "n2 d e f");
        }
    }

    @Test
    void emptiedFolderGetsAnotherStorageId() throws IOException {
        String first;
        try (DataFolder folder = open("n1", "c")) {
            first = folder.identity().storageId();
        }
        Files.delete(root.resolve("identity"));
        try (DataFolder folder = DataFolder.open(root, "n1", "c", new Random(43))) {
            assertThat(folder.identity().storageId()).isNotEqualTo(first);
        }
    }

    @Test
    void folderInUseIsRefused() {
        try (DataFolder folder = open("n1", "c")) {
            assertThat(folder.cleanlyClosed()).isFalse();
            assertRefused(Kind.IN_USE, "is used by another running node", "n1", "c");
        }
    }

    @Test
    void folderOfAnotherNodeOrClusterIsRefused() {
        open("n1", "c").close();
        assertRefused(Kind.FOREIGN, "belongs to node n1 of cluster c, not to node n2 of cluster c", "n2", "c");
        assertRefused(Kind.FOREIGN, "belongs to node n1 of cluster c, not to node n1 of cluster d", "n1", "d");
    }

    @Test
    void damagedIdentityIsRefusedAndNeverMadeAnew() throws IOException {
        open("n1", "c").close();
        Path file = root.resolve("identity");
        Files.writeString(file, Files.readString(file).replace("n1", "n9"));
        assertRefused(Kind.UNUSABLE, "identity is damaged", "n1", "c");
    }

    @Test
    void logWithoutIdentityIsRefused() throws IOException {
        open("n1", "c").close();
        Files.delete(root.resolve("identity"));
        Files.createDirectories(root.resolve("raft"));
        assertRefused(Kind.UNUSABLE, "is missing beside a log", "n1", "c");
    }

    @Test
    void cleanMarkIsSeenOnceByTheNextStart() throws IOException {
        try (DataFolder folder = open("n1", "c")) {
            folder.markClean();
        }
        try (DataFolder folder = open("n1", "c")) {
            assertThat(folder.cleanlyClosed()).isTrue();
        }
        try (DataFolder folder = open("n1", "c")) {
            assertThat(folder.cleanlyClosed()).isFalse();
        }
    }

    private void assertRefused(Kind kind, String message, String node, String cluster) {
        assertThatThrownBy(() -> open(node, cluster).close())
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }
}
