// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DiskCacheTest {
    @TempDir
    Path folder;

    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();

    @AfterEach
    void close() {
        node.close();
        other.close();
    }

    @Test
    void viewWithoutANodeBeginsWithTheLastKnownListAndItsAge() {
        remember("a", "b");
        node.kill();
        other.kill();
        try (TestClient next = client()) {
            next.loop.pass(Duration.ofSeconds(60));
            ServiceView view = done(next.client.view("payments").ready());

            assertThat(ids(view)).containsExactly("a", "b");
            assertThat(view.isFromDisk()).isTrue();
            assertThat(view.age()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
            assertThat(view.revision()).isEqualTo(10);
            assertThat(view.snapshot().all().get(0).listing().registeredAt()).isNotNull();
        }
    }

    @Test
    void firstListOfANodeReplacesTheOneFromTheDisk() {
        remember("a");
        node.kill();
        other.kill();
        try (TestClient next = client()) {
            ServiceView view = done(next.client.view("payments").ready());
            node.restart();
            FakeWatch stream = node.nextWatch();
            stream.greet();
            // Another history, and a lower revision: the node knows.
            stream.epoch(5, 7).snapshot(stream.subscription().getWatch(), 3, "c");
            await().until(() -> !view.isFromDisk());

            assertThat(ids(view)).containsExactly("c");
            assertThat(view.age()).isZero();
        }
    }

    @Test
    void oneNodeThatFailsIsNoReasonToLookAtTheDisk() {
        remember("old");
        node.kill();
        try (TestClient next = client()) {
            ServiceView view = next.client.view("payments");
            FakeWatch stream = other.nextWatch();
            stream.greet();
            long watch = stream.subscription().getWatch();
            assertThat(view.current()).isEmpty();
            stream.snapshot(watch, 11, "new");

            assertThat(ids(done(view.ready()))).containsExactly("new");
        }
    }

    @Test
    void nodesThatOnlyKeepSilentAreWaitedForNoLongerThanAGreeting() {
        remember("a");
        try (TestClient next = client()) {
            ServiceView view = next.client.view("payments");
            node.nextWatch();
            next.loop.advance(WatchStream.GREETING);

            assertThat(ids(done(view.ready()))).containsExactly("a");
        }
    }

    @Test
    void eachByteThatIsChangedMakesTheFileWorthless() throws IOException {
        remember("a");
        Path file = file();
        byte[] good = Files.readAllBytes(file);
        Callbacks disk = new Callbacks("test-disk");
        ListCache cache = new ListCache(folder.resolve("cache"), disk);
        assertThat(done(cache.read("default", "payments"))).isPresent();
        for (int i = 0; i < good.length; i++) {
            byte[] damaged = good.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);

            assertThat(done(cache.read("default", "payments"))).as("byte " + i).isEmpty();
        }
        Files.write(file, java.util.Arrays.copyOf(good, good.length / 2));
        assertThat(done(cache.read("default", "payments"))).isEmpty();
        disk.close();
    }

    @Test
    void fileOfAnotherServiceIsNotUsed() throws IOException {
        remember("a");
        Files.copy(file(), file().resolveSibling("default@orders.list"));
        Callbacks disk = new Callbacks("test-disk");

        assertThat(done(new ListCache(folder.resolve("cache"), disk).read("default", "orders")))
                .isEmpty();
        disk.close();
    }

    @Test
    void noNameLeadsOutOfTheFolderWhichIsItsUsersOwn() throws IOException {
        remember("a");
        Callbacks disk = new Callbacks("test-disk");
        ListCache cache = new ListCache(folder.resolve("cache/inner"), disk);

        assertThat(done(cache.read("..", "../default@payments"))).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("cache"))))
                .isEqualTo("rwx------");
        disk.close();
    }

    @Test
    void ofManyChangesTheLastIsNotedWithinASecond() {
        try (TestClient first = client()) {
            ServiceView view = first.client.view("payments");
            FakeWatch stream = node.nextWatch();
            stream.greet();
            long watch = stream.subscription().getWatch();
            stream.snapshot(watch, 10, "a");
            stream.delta(watch, 10, 11, List.of("b"), List.of());
            stream.delta(watch, 11, 12, List.of("c"), List.of("a"));
            await().until(() -> view.revision() == 12);
            first.loop.advance(LiveView.NOTE);

            await().until(() -> known().equals(List.of("b", "c")));
        }
    }

    @Test
    void listThatStaysTheSameIsNotedAnewForItsAge() {
        try (TestClient first = client()) {
            ServiceView view = first.client.view("payments");
            FakeWatch stream = node.nextWatch();
            stream.greet();
            stream.snapshot(stream.subscription().getWatch(), 10, "a");
            await().until(() -> known().equals(List.of("a")));
            long before = knownAt();
            first.loop.pass(LiveView.NOTE_AGAIN);
            stream.progress(20);
            await().until(() -> view.revision() == 20);

            await().until(() -> knownAt() - before >= LiveView.NOTE_AGAIN.toMillis());
        }
    }

    @Test
    void withoutAFolderNothingIsKept() {
        node.kill();
        other.kill();
        try (TestClient plain = new TestClient(node, other)) {
            ServiceView view = plain.client.view("payments");
            plain.loop.advance(WatchStream.GREETING);

            assertThat(view.current()).isEmpty();
            assertThat(view.isFromDisk()).isFalse();
        }
    }

    /** A process saw this list at revision 10, and is gone. */
    private void remember(String... ids) {
        try (TestClient first = client()) {
            ServiceView view = first.client.view("payments");
            FakeWatch stream = node.nextWatch();
            stream.greet();
            stream.snapshot(stream.subscription().getWatch(), 10, ids);
            done(view.ready());
            await().until(() -> known().equals(List.of(ids)));
        }
    }

    private TestClient client() {
        return new TestClient(Optional.of(folder.resolve("cache")), node, other);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.filter(path -> path.toString().endsWith(".list"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private List<String> known() {
        return noted().map(known ->
                        known.list().all().stream().map(ServiceInstance::id).toList())
                .orElse(List.of());
    }

    private long knownAt() {
        return noted().orElseThrow().knownAtMillis();
    }

    private Optional<ListCache.Known> noted() {
        return done(new ListCache(folder.resolve("cache"), Runnable::run).read("default", "payments"));
    }

    private static List<String> ids(ServiceView view) {
        return view.instances().stream().map(ServiceInstance::id).toList();
    }
}
