// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.BytesValue;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.StringValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PeerTransportTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int PATIENT = 30_000;

    private PeerServer.Handler handler = PeerTransportTest::sayItAgain;
    private PeerServer server = serverAt(ANY);

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void requestsAreAnsweredOneAfterTheOther() throws IOException {
        try (PeerLink link = link(PATIENT)) {
            for (int size : new int[] {0, 1, 100_000, 5_000_000, 2}) {
                ByteString text = ByteString.copyFrom(new byte[size]);
                assertThat(say(link, text)).isEqualTo(text);
            }
        }
    }

    @Test
    void refusalSaysWhyAndKeepsTheConnection() throws IOException {
        LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
        handler = frame -> {
            seen.add(Thread.currentThread().getName());
            throw new IOException("not today");
        };
        try (PeerLink link = link(PATIENT)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> say(link, ByteString.EMPTY))
                        .isInstanceOf(RefusedException.class)
                        .hasMessageContaining("not today");
            }
        }
        assertThat(seen.poll()).as("each connection has a thread").isEqualTo(seen.poll());
    }

    @Test
    void replyThatFailsLaterIsARefusal() throws IOException {
        handler = frame -> CompletableFuture.supplyAsync(() -> {
            throw new IllegalStateException("it went wrong");
        });
        try (PeerLink link = link(PATIENT)) {
            assertThatThrownBy(() -> say(link, ByteString.EMPTY))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("it went wrong");
        }
    }

    @Test
    void replyThatComesTooLateIsNobodys() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        handler = frame -> {
            BytesValue said = frame.message(BytesValue.parser());
            return said.getValue().isEmpty()
                    ? CompletableFuture.supplyAsync(() -> {
                        await(late);
                        return said;
                    })
                    : CompletableFuture.completedFuture(said);
        };
        try (PeerLink link = link(200)) {
            assertThatThrownBy(() -> say(link, ByteString.EMPTY)).isInstanceOf(SocketTimeoutException.class);
            late.countDown();
            ByteString next = ByteString.copyFromUtf8("next");
            assertThat(say(link, next)).isEqualTo(next);
        }
    }

    @Test
    void linkConnectsAgainToAServerThatCameBack() throws IOException {
        try (PeerLink link = link(PATIENT)) {
            say(link, ByteString.EMPTY);
            server.close();
            assertThatThrownBy(() -> say(link, ByteString.EMPTY)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> say(link, ByteString.EMPTY)).isInstanceOf(IOException.class);
            server = serverAt(server.address());
            server.start();
            say(link, ByteString.EMPTY);
        }
    }

    @Test
    void callThatWaitsEndsWhenItsLinkIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        handler = frame -> {
            asked.countDown();
            return new CompletableFuture<BytesValue>();
        };
        PeerLink link = link(PATIENT);
        var executor = Executors.newSingleThreadExecutor();
        try {
            var call = executor.submit(() -> say(link, ByteString.EMPTY));
            await(asked);
            link.close();
            assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> say(link, ByteString.EMPTY)).hasMessageContaining("closed");
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void strangersAndBrokenFramesAreHungUpOnAndHarmNobody() throws IOException {
        byte[] hello = "MUSTER-1".getBytes(StandardCharsets.US_ASCII);
        assertThat(answerTo("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isZero();
        assertThat(answerTo(frame(hello, -1, 1))).as("negative length").isZero();
        assertThat(answerTo(frame(hello, 0, 1))).as("no kind").isZero();
        assertThat(answerTo(frame(hello, Connection.MAX_FRAME_BYTES + 1, 1)))
                .as("too long")
                .isZero();
        assertThat(answerTo(frame(hello, 1, 77))).as("unknown kind").isZero();
        try (PeerLink link = link(PATIENT)) {
            say(link, ByteString.EMPTY);
        }
    }

    @Test
    void framesThatAreOnlyAnnouncedTakeNoMemory() throws IOException {
        byte[] announced = frame("MUSTER-1".getBytes(StandardCharsets.US_ASCII), Connection.MAX_FRAME_BYTES, 1);
        List<Socket> sockets = new ArrayList<>();
        try (PeerLink link = link(PATIENT)) {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(
                        server.address().getAddress(), server.address().getPort());
                sockets.add(socket);
                socket.getOutputStream().write(announced);
            }
            say(link, ByteString.EMPTY);
            for (Socket socket : sockets) {
                socket.setSoTimeout(1);
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .as("it still waits for the rest")
                        .isInstanceOf(SocketTimeoutException.class);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void defectEndsItsConnectionAndNoOther() throws IOException {
        handler = frame -> {
            if (frame.message(BytesValue.parser()).getValue().isEmpty()) {
                throw new StackOverflowError("a defect");
            }
            return sayItAgain(frame);
        };
        ByteString text = ByteString.copyFromUtf8("text");
        try (PeerLink one = link(PATIENT);
                PeerLink other = link(PATIENT)) {
            say(other, text);
            assertThatThrownBy(() -> say(one, ByteString.EMPTY)).isInstanceOf(EOFException.class);
            assertThat(say(other, text)).isEqualTo(text);
            assertThat(say(one, text)).isEqualTo(text);
        }
    }

    @Test
    void messageOfAnotherTypeIsRefused() throws IOException {
        handler = frame -> CompletableFuture.completedFuture(frame.message(StringValue.parser()));
        try (PeerLink link = link(PATIENT)) {
            assertThatThrownBy(() -> say(link, ByteString.copyFrom(new byte[] {-1, -1})))
                    .isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void callThatConnectsEndsWhenItsLinkIsClosed() throws Exception {
        // Nobody accepts, and the queue is full: a further connection waits.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) full.getLocalSocketAddress();
            List<Socket> queued = fill(address);
            PeerLink link = new PeerLink(address, PATIENT, PATIENT);
            var executor = Executors.newSingleThreadExecutor();
            try {
                var call = executor.submit(() -> say(link, ByteString.EMPTY));
                assertThatThrownBy(() -> call.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
                link.close();
                assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
            } finally {
                executor.shutdownNow();
                for (Socket socket : queued) {
                    socket.close();
                }
            }
        }
    }

    private static List<Socket> fill(InetSocketAddress address) throws IOException {
        List<Socket> queued = new ArrayList<>();
        while (queued.size() < 64) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(address, 200);
            } catch (SocketTimeoutException isFull) {
                break;
            }
        }
        return queued;
    }

    @Test
    void serverThatAnswersWithAnotherKindIsNotBelieved() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PeerLink link = new PeerLink((InetSocketAddress) other.getLocalSocketAddress(), PATIENT, PATIENT)) {
            Thread thread = new Thread(() -> {
                try (Socket socket = other.accept()) {
                    socket.getOutputStream().write(frame(new byte[0], 1, Kind.REQUEST_VOTE.code()));
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            assertThatThrownBy(() -> say(link, ByteString.EMPTY)).hasMessageContaining("REQUEST_VOTE");
            thread.join(PATIENT);
        }
    }

    private PeerServer serverAt(InetSocketAddress address) {
        return new PeerServer(address, frame -> handler.handle(frame));
    }

    private PeerLink link(int replyMillis) {
        return new PeerLink(server.address(), PATIENT, replyMillis);
    }

    private static CompletableFuture<? extends MessageLite> sayItAgain(Frame frame) throws IOException {
        return CompletableFuture.completedFuture(frame.message(BytesValue.parser()));
    }

    private static ByteString say(PeerLink link, ByteString text) throws IOException {
        return link.call(Kind.APPEND_ENTRIES, BytesValue.of(text), BytesValue.parser())
                .getValue();
    }

    /** How many bytes the server says before it hangs up. */
    private int answerTo(byte[] bytes) throws IOException {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(PATIENT);
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().readAllBytes().length;
        } catch (SocketException reset) {
            return 0;
        }
    }

    private static byte[] frame(byte[] hello, int length, int kind) {
        return ByteBuffer.allocate(hello.length + 5)
                .put(hello)
                .putInt(length)
                .put((byte) kind)
                .array();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENT, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
