// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.core.Commands;
import dev.muster.core.Limits;
import dev.muster.core.Registry;
import dev.muster.core.RegistryInvariants;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.snapshot.SnapshotCodec.Position;
import dev.muster.core.snapshot.SnapshotCodec.Snapshot;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.RegisterRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class SnapshotCodecTest {
    private static final Position POSITION = new Position("group-a", 3, 77);
    private static final int START_BYTES = Frames.MAGIC.length + Integer.BYTES;

    @Test
    void readsBackAnEqualState() throws IOException {
        RegistryState state = everythingOnce();
        Snapshot read = SnapshotCodec.read(new ByteArrayInputStream(write(state)));
        assertSame(state, read.state());
        assertThat(read.header().getClusterId()).isEqualTo("cluster-a");
        assertThat(read.header().getGroupId()).isEqualTo("group-a");
        assertThat(read.header().getTerm()).isEqualTo(3);
        assertThat(read.header().getIndex()).isEqualTo(77);
        assertThat(read.header().getRevision()).isEqualTo(state.revision());
        assertThat(read.header().getStateHash()).isEqualTo(state.stateHash());
        assertThat(write(read.state())).isEqualTo(write(state));
    }

    @Test
    void takesFromAKnownStateWhatIsTheSameThere() throws IOException {
        RegistryState state = everythingOnce();
        RegistryState read = SnapshotCodec.read(new ByteArrayInputStream(write(state)), state)
                .state();
        assertSame(state, read);
        assertThat(records(read))
                .usingElementComparator(SnapshotCodecTest::sameObject)
                .isEqualTo(records(state));
    }

    @Test
    void whatDiffersFromAKnownStateIsReadAsItIsWritten() throws IOException {
        RegistryState state = everythingOnce();
        List<RegistryState> others = new ArrayList<>();
        others.add(
                Registry.apply(state, Commands.register(state, "aaa", "first")).state());
        others.add(
                Registry.apply(state, Commands.register(state, "zzz", "last")).state());
        for (InstanceRecord record : records(state)) {
            InstanceKey key = record.toInstance().getKey();
            others.add(Registry.apply(state, Commands.register(state, key.getService(), key.getId()))
                    .state());
            Command removal = Commands.on(state)
                    .setDeregister(DeregisterRequest.newBuilder().setKey(key))
                    .build();
            others.add(Registry.apply(state, removal).state());
        }
        for (RegistryState other : others) {
            assertSame(
                    state,
                    SnapshotCodec.read(new ByteArrayInputStream(write(state)), other)
                            .state());
            assertSame(
                    other,
                    SnapshotCodec.read(new ByteArrayInputStream(write(other)), state)
                            .state());
        }
    }

    private static List<InstanceRecord> records(RegistryState state) {
        List<InstanceRecord> all = new ArrayList<>();
        state.catalog().services().forEach(service -> service.instances().forEach(all::add));
        return all;
    }

    private static int sameObject(InstanceRecord one, InstanceRecord other) {
        return one == other ? 0 : 1;
    }

    @Test
    void readsBackTheEmptyState() throws IOException {
        assertSame(
                RegistryState.empty(),
                SnapshotCodec.read(new ByteArrayInputStream(write(RegistryState.empty())))
                        .state());
    }

    @Test
    void whatWasReadGoesOnLikeWhatWasWritten() throws IOException {
        RegistryState state = everythingOnce();
        RegistryState read =
                SnapshotCodec.read(new ByteArrayInputStream(write(state))).state();
        for (int i = 0; i < 50; i++) {
            Command command = Commands.register(state, "web", "n" + i);
            state = Registry.apply(state, command).state();
            read = Registry.apply(read, command).state();
        }
        assertSame(state, read);
    }

    @Test
    void largeSectionsSpanManyFrames() throws IOException {
        RegistryState state = Commands.cluster(Limits.defaultSettings());
        for (int i = 0; i < 6_000; i++) {
            state = Registry.apply(state, Commands.register(state, "web" + i % 7, "i" + i))
                    .state();
        }
        byte[] bytes = write(state);
        assertThat(frames(bytes)).hasSizeGreaterThan(6).allMatch(frame -> frame.length <= Frames.MAX_PAYLOAD_BYTES);
        assertSame(state, SnapshotCodec.read(new ByteArrayInputStream(bytes)).state());
    }

    @Test
    void aSessionWithManyOutcomesSpansManyRecords() throws IOException {
        RegistryState state = Commands.cluster(Limits.defaultSettings());
        state = Registry.apply(state, Commands.open(state, 10_000)).state();
        for (int i = 1; i <= 200; i++) {
            state = Registry.apply(
                            state,
                            Commands.register(state, "web", "i" + i % 5).toBuilder()
                                    .setSession(2)
                                    .setGeneration(1)
                                    .setSequence(i)
                                    .setAckBelow(i == 100 ? 9 : 0)
                                    .build())
                    .state();
        }
        RegistryState read =
                SnapshotCodec.read(new ByteArrayInputStream(write(state))).state();
        assertThat(read.sessions().get(2)).isNotNull().matches(session -> session.outcomeCount() == 192);
        assertSame(state, read);
    }

    @Test
    void everyFlippedByteIsRefused() {
        byte[] bytes = write(everythingOnce());
        for (int i = 0; i < bytes.length; i++) {
            for (int mask : new int[] {0x01, 0x80, 0xff}) {
                byte[] flipped = bytes.clone();
                flipped[i] ^= (byte) mask;
                assertRefused(flipped, "byte " + i);
            }
        }
    }

    @Test
    void everyCutAndEveryExtensionIsRefused() {
        byte[] bytes = write(everythingOnce());
        for (int length = 0; length < bytes.length; length++) {
            assertRefused(Arrays.copyOf(bytes, length), "length " + length);
        }
        assertRefused(Arrays.copyOf(bytes, bytes.length + 1), "one byte more");
    }

    @Test
    void framesLeftOutOrDoubledOrMovedNeverGiveAnotherState() throws IOException {
        RegistryState state = everythingOnce();
        List<byte[]> frames = frames(write(state));
        for (int i = 0; i < frames.size() - 1; i++) {
            List<byte[]> missing = new ArrayList<>(frames);
            missing.remove(i);
            List<byte[]> doubled = new ArrayList<>(frames);
            doubled.add(i, frames.get(i));
            assertRefused(join(missing), "without frame " + i);
            assertThat(refused(join(doubled)) || sameState(state, join(doubled)))
                    .as("twice frame %s", i)
                    .isTrue();
            List<byte[]> moved = new ArrayList<>(frames);
            moved.add(0, moved.remove(i));
            assertThat(i == 0 || refused(join(moved))).as("frame %s first", i).isTrue();
        }
    }

    @Test
    void anUnknownSectionIsSkippedIfOptionalAndRefusedIfRequired() throws IOException {
        RegistryState state = everythingOnce();
        List<byte[]> frames = new ArrayList<>(frames(write(state)));
        frames.add(4, frame(200, 0, 3, "whatever".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertSame(
                state,
                SnapshotCodec.read(new ByteArrayInputStream(join(frames))).state());
        frames.set(4, frame(200, Frames.REQUIRED, 3, new byte[5]));
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(join(frames))))
                .isInstanceOf(NewerSnapshotException.class)
                .hasMessageContaining("section 200 of a newer release");
    }

    @Test
    void aFeatureLevelThatIsNotKnownIsNoDamage() {
        RegistryState newer = everythingOnce().toBuilder()
                .featureLevel(Limits.FEATURE_LEVEL + 1)
                .build();
        byte[] bytes = write(newer);
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(bytes)))
                .isInstanceOf(NewerSnapshotException.class)
                .hasMessageContaining("feature level " + (Limits.FEATURE_LEVEL + 1));
    }

    @Test
    void aLengthOutOfBoundsAllocatesNothing() {
        byte[] bytes = write(everythingOnce());
        ByteBuffer.wrap(bytes).putInt(START_BYTES + 8, Integer.MAX_VALUE);
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(bytes)))
                .isInstanceOf(CorruptSnapshotException.class)
                .hasMessage("snapshot, section HEADER at offset 12: payload of 2147483647 bytes"
                        + " (expected: at most 1048576)");
    }

    @Test
    void anUnreadableStreamIsNotACorruptOne() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the disk is gone");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                throw new IOException("the disk is gone");
            }
        };
        assertThatThrownBy(() -> SnapshotCodec.read(broken))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the disk is gone");
    }

    /** A state with something in every section, and with commands after its last revision. */
    private static RegistryState everythingOnce() {
        RegistryState state = Commands.cluster(
                Limits.defaultSettings().toBuilder().setMaxTombstones(1).build());
        for (int i = 0; i < 5; i++) {
            state = Registry.apply(state, Commands.open(state, 10_000)).state();
        }
        for (int i = 2; i < 7; i++) {
            state = Registry.apply(state, write(state, i, 1, "i" + i)).state();
        }
        state = Registry.apply(state, Commands.register(state, "db", "a")).state();
        state = Registry.apply(
                        state,
                        Commands.on(state)
                                .setExpireLeases(ExpireLeases.newBuilder().addAllLeases(List.of(2L, 3L, 4L)))
                                .build())
                .state();
        // Of web's removals, none is remembered any more: its revision stands for itself.
        state = Registry.apply(
                        state,
                        Commands.on(state)
                                .setDeregister(DeregisterRequest.newBuilder()
                                        .setKey(InstanceKey.newBuilder()
                                                .setService("db")
                                                .setId("a")))
                                .build())
                .state();
        state = Registry.apply(
                        state,
                        Commands.on(state)
                                .setCreateKeyspace(
                                        CreateKeyspaceRequest.newBuilder().setName("invoice"))
                                .build())
                .state();
        for (long session : new long[] {0, 6}) {
            state = Registry.apply(
                            state,
                            Commands.on(state)
                                    .setSession(session)
                                    .setGeneration(1)
                                    .setSequence(2)
                                    .setNextKeySet(NextKeySetRequest.newBuilder()
                                            .setKeyspace("invoice")
                                            .setSize(5))
                                    .build())
                    .state();
        }
        state = Registry.apply(
                        state,
                        Commands.on(state)
                                .setSession(6)
                                .setGeneration(1)
                                .setSequence(3)
                                .setAppendEvent(AppendEventRequest.newBuilder()
                                        .setKind("stopping")
                                        .setKey(InstanceKey.newBuilder()
                                                .setService("web")
                                                .setId("i6"))
                                        .setPair(Pair.newBuilder()
                                                .setOwner("keeper")
                                                .setId("i1")
                                                .setPart(PairPart.PAIR_PART_BEFORE)))
                                .build())
                .state();
        assertThat(state.pairs().size()).isEqualTo(1);
        RegistryState last = state;
        state = Registry.apply(
                        state,
                        Commands.on(state)
                                .setSession(6)
                                .setGeneration(1)
                                .setSequence(3)
                                .setDeregister(DeregisterRequest.newBuilder()
                                        .setKey(InstanceKey.newBuilder()
                                                .setService("db")
                                                .setId("none")))
                                .build())
                .state();
        assertThat(state.revision()).isEqualTo(last.revision());
        assertThat(state.stateHash()).isNotEqualTo(state.contentHash());
        assertThat(state.keyspaces().get("invoice"))
                .isNotNull()
                .matches(keyspace -> keyspace.heldCount() == 1 && keyspace.settledCount() == 1);
        assertThat(state.leases().heldCount()).isEqualTo(1);
        assertThat(state.catalog().tombstoneCount()).isEqualTo(1);
        assertThat(state.compactedRevision()).isPositive();
        assertThat(state.catalog().service("", "web")).isNotNull().matches(web -> web.budget() != null);
        return state;
    }

    private static Command write(RegistryState state, long session, long sequence, String id) {
        return Commands.on(state)
                .setSession(session)
                .setGeneration(1)
                .setSequence(sequence)
                .setRegister(RegisterRequest.newBuilder().setInstance(Commands.instance("web", id)))
                .build();
    }

    private static boolean sameState(RegistryState state, byte[] bytes) throws IOException {
        return SnapshotCodec.read(new ByteArrayInputStream(bytes)).state().contentHash() == state.contentHash();
    }

    private static void assertSame(RegistryState expected, RegistryState found) {
        assertThat(found.contentHash()).isEqualTo(expected.contentHash());
        assertThat(found.stateHash()).isEqualTo(expected.stateHash());
        assertThat(found.chain()).isEqualTo(expected.chain());
        assertThat(found.revision()).isEqualTo(expected.revision());
        RegistryInvariants.check(found);
    }

    private static void assertRefused(byte[] bytes, String what) {
        assertThat(refused(bytes)).as(what).isTrue();
    }

    private static boolean refused(byte[] bytes) {
        try {
            SnapshotCodec.read(new ByteArrayInputStream(bytes));
            return false;
        } catch (CorruptSnapshotException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] write(RegistryState state) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            SnapshotCodec.write(state, POSITION, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static List<byte[]> frames(byte[] snapshot) {
        List<byte[]> frames = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(snapshot);
        int offset = START_BYTES;
        while (offset < snapshot.length) {
            int length = Frames.HEADER_BYTES + in.getInt(offset + 8);
            frames.add(Arrays.copyOfRange(snapshot, offset, offset + length));
            offset += length;
        }
        return frames;
    }

    /** The frames as a snapshot, with a trailer that fits them in place of the last one. */
    private static byte[] join(List<byte[]> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Frames.MAGIC);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(Frames.VERSION).array());
        frames.subList(0, frames.size() - 1).forEach(out::writeBytes);
        CRC32C total = new CRC32C();
        total.update(out.toByteArray());
        byte[] end = ByteBuffer.allocate(Frames.END_BYTES)
                .putLong(out.size())
                .putInt((int) total.getValue())
                .array();
        out.writeBytes(frame(Section.END.number(), Frames.REQUIRED, 0, end));
        return out.toByteArray();
    }

    private static byte[] frame(int section, int flags, int count, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(Frames.HEADER_BYTES + payload.length)
                .putShort((short) section)
                .putShort((short) flags)
                .putInt(count)
                .putInt(payload.length);
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), 0, Frames.CHECKED_HEADER_BYTES);
        crc.update(payload);
        return frame.putInt((int) crc.getValue()).put(payload).array();
    }
}
