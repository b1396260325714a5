// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.muster.core.Commands;
import dev.muster.core.Limits;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.NodeReport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EntryCodecTest {
    private static final String CLUSTER = "cluster-a";
    private static final String GROUP = "group-a";

    private final RegistryState state = Commands.cluster(Limits.defaultSettings());
    private final List<Command> commands = List.of(
            Commands.genesis(Limits.defaultSettings()),
            Commands.register(state, "web", "a"),
            Command.getDefaultInstance(),
            Commands.open(state, 10_000));

    @Test
    void readsBackWhatWasWritten() throws MalformedEntryException {
        assertThat(decode(EntryCodec.encode(CLUSTER, GROUP, commands).toByteArray()))
                .isEqualTo(commands);
        assertThat(decode(EntryCodec.encode(CLUSTER, GROUP, List.of()).toByteArray()))
                .isEmpty();
    }

    @Test
    void readsFromDirectAndSlicedBuffersWithoutMovingThem() throws MalformedEntryException {
        byte[] entry = EntryCodec.encode(CLUSTER, GROUP, commands).toByteArray();
        ByteBuffer direct = ByteBuffer.allocateDirect(entry.length + 20).position(10);
        direct.put(entry).flip().position(10);
        assertThat(EntryCodec.decode(CLUSTER, GROUP, direct.asReadOnlyBuffer())).isEqualTo(commands);
        assertThat(EntryCodec.decode(CLUSTER, GROUP, direct)).isEqualTo(commands);
        assertThat(direct.position()).isEqualTo(10);
    }

    @Test
    void saysBeforehandHowLongAnEntryWillBe() {
        int size = EntryCodec.headerBytes(CLUSTER, GROUP);
        for (Command command : commands) {
            size += EntryCodec.encodedBytes(command);
        }
        assertThat(EntryCodec.encode(CLUSTER, GROUP, commands).size()).isEqualTo(size);
    }

    @Test
    void everyFlippedBitIsRefused() {
        byte[] entry = EntryCodec.encode(CLUSTER, GROUP, commands).toByteArray();
        for (int i = 0; i < entry.length * 8; i++) {
            byte[] flipped = entry.clone();
            flipped[i / 8] ^= (byte) (1 << (i % 8));
            assertThatThrownBy(() -> decode(flipped)).as("bit %s", i).isInstanceOf(MalformedEntryException.class);
        }
    }

    @Test
    void everyCutAndEveryExtensionIsRefused() {
        byte[] entry = EntryCodec.encode(CLUSTER, GROUP, commands).toByteArray();
        for (int length = 0; length < entry.length; length++) {
            byte[] cut = Arrays.copyOf(entry, length);
            assertThatThrownBy(() -> decode(cut)).as("length %s", length).isInstanceOf(MalformedEntryException.class);
        }
        assertThatThrownBy(() -> decode(Arrays.copyOf(entry, entry.length + 1)))
                .isInstanceOf(MalformedEntryException.class);
    }

    @Test
    void anEntryOfAnotherClusterOrGroupIsRefused() {
        byte[] entry = EntryCodec.encode(CLUSTER, GROUP, commands).toByteArray();
        assertThatThrownBy(() -> EntryCodec.decode("cluster-b", GROUP, ByteBuffer.wrap(entry)))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessage("log entry: cluster id cluster-a (expected: cluster-b)");
        assertThatThrownBy(() -> EntryCodec.decode(CLUSTER, "group-b", ByteBuffer.wrap(entry)))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessage("log entry: group id group-a (expected: group-b)");
    }

    @Test
    void anEntryIsBoundedBothWays() {
        Command large = Command.newBuilder()
                .setNodeReport(NodeReport.newBuilder().setText("x".repeat(Limits.MAX_ENTRY_BYTES)))
                .build();
        assertThatThrownBy(() -> EntryCodec.encode(CLUSTER, GROUP, List.of(large)))
                .isInstanceOf(Rejection.class)
                .hasMessageContaining("(expected: at most 1048576)");
        assertThatThrownBy(() -> EntryCodec.encode(
                        CLUSTER,
                        GROUP,
                        Collections.nCopies(Limits.MAX_ENTRY_COMMANDS + 1, Command.getDefaultInstance())))
                .isInstanceOf(Rejection.class)
                .hasMessageContaining("16385 commands");
        assertThatThrownBy(() -> decode(new byte[Limits.MAX_ENTRY_BYTES + 1]))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("(expected: at most 1048576)");
    }

    @Test
    void theLargestOperationFitsAnEntry() throws MalformedEntryException {
        List<Command> many = new ArrayList<>();
        Command command = Command.newBuilder()
                .setNodeReport(NodeReport.newBuilder().setText("x".repeat(Limits.MAX_OPERATION_BYTES)))
                .build();
        many.add(command);
        ByteString entry = EntryCodec.encode(CLUSTER, GROUP, many);
        assertThat(decode(entry.toByteArray())).isEqualTo(many);
        assertThat(Registry.apply(state, command).result().hasError()).isTrue();
    }

    private static List<Command> decode(byte[] entry) throws MalformedEntryException {
        return EntryCodec.decode(CLUSTER, GROUP, ByteBuffer.wrap(entry));
    }
}
