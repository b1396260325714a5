// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Talks to the keeper of this host: a line of JSON to the socket in its folder, and one back. The keeper ends each
 * connection by itself, also one that it has no answer for. Stateless.
 */
final class KeeperSocket {
    private static final int BUFFER = 64 * 1024;

    private final Path data;

    KeeperSocket(Path data) {
        this.data = data;
    }

    /**
     * Gives an order.
     *
     * @return the answer, which is no problem
     * @throws CliException when there is no keeper, or it refuses
     */
    JsonObject order(JsonObject order) {
        JsonObject answer = answer(order);
        if (answer.has("problem")) {
            throw new CliException(ExitCode.REFUSED, answer.get("problem").getAsString());
        }
        return answer;
    }

    private JsonObject answer(JsonObject order) {
        Path socket = data.resolve("control");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer line = ByteBuffer.wrap((order + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            return JsonParser.parseString(all(channel)).getAsJsonObject();
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.UNREACHABLE,
                    "no keeper answers at " + socket + " (expected: one that runs, and --data as it was given there): "
                            + e.getMessage(),
                    e);
        } catch (JsonParseException | IllegalStateException e) {
            throw new CliException(ExitCode.ERROR, "the keeper at " + socket + " gave no answer; see its log", e);
        }
    }

    private static String all(SocketChannel channel) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (channel.read(buffer) >= 0) {
            answer.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}
