// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Settings;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Three replicas that get the same random commands by different ways, and must not differ.
 *
 * <p>One applies each command as it is made. One applies what it decodes from log entries of changing sizes. One crashes
 * now and then, and goes on from its last snapshot and the entries since. {@code -Dmuster.sim.seeds=N} runs N seeds,
 * {@code -Dmuster.sim.seed=S} begins at seed S.
 */
final class SimulationTest {
    private static final String CLUSTER = "cluster-a";
    private static final String GROUP = "group-a";
    private static final int COMMANDS = 2_000;
    private static final int COMPARE_EVERY = 100;

    @Test
    void replicasNeverDiffer() throws Exception {
        long first = Long.getLong("muster.sim.seed", 1);
        int seeds = Integer.getInteger("muster.sim.seeds", 4);
        Set<Reason> refusals = EnumSet.noneOf(Reason.class);
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                run(seed, refusals);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dmuster.sim.seeds=1 -Dmuster.sim.seed=" + seed, e);
            }
        }
        // Or else the commands have become too tame, or too wild, to prove anything.
        assertThat(refusals)
                .contains(
                        Reason.REASON_INVALID,
                        Reason.REASON_NOT_FOUND,
                        Reason.REASON_FENCED,
                        Reason.REASON_CONFLICT,
                        Reason.REASON_LIMIT,
                        Reason.REASON_LEASE_UNKNOWN,
                        Reason.REASON_STALE_GENERATION,
                        Reason.REASON_OUT_OF_SEQUENCE,
                        Reason.REASON_STALE_TERM,
                        Reason.REASON_EXHAUSTED,
                        Reason.REASON_UNSUPPORTED)
                .doesNotContain(Reason.REASON_INTERNAL);
    }

    private static void run(long seed, Set<Reason> refusals) throws IOException, MalformedEntryException {
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        RegistryState live = RegistryState.empty();
        Follower reader = new Follower();
        Follower crasher = new Follower();
        List<Command> pending = new ArrayList<>();
        Command command = Commands.genesis(settings(random));
        for (int step = 1; step <= COMMANDS; step++) {
            Outcome outcome = Registry.apply(live, command);
            check(live, outcome, refusals);
            live = outcome.state();
            pending.add(command);
            if (random.nextInt(10) == 0 || step % COMPARE_EVERY == 0) {
                ByteString entry = EntryCodec.encode(CLUSTER, GROUP, pending);
                pending.clear();
                reader.take(entry);
                crasher.take(entry);
                crasher.mayCrash(random);
            }
            if (step % COMPARE_EVERY == 0) {
                assertSame(live, reader.state);
                assertSame(live, crasher.state);
            }
            command = commands.next(live);
        }
    }

    private static Settings settings(Random random) {
        return Limits.defaultSettings().toBuilder()
                .setMaxInstances(40)
                .setMaxInstancesPerService(10)
                .setMaxSessions(6)
                .setMaxLeases(12)
                .setMaxPairs(1 + random.nextInt(2))
                .setMaxOutcomes(1 + random.nextInt(6))
                .setMaxTombstones(random.nextInt(12))
                .setMaxEvents(1 + random.nextInt(40))
                .setExpiryBudgetPercent(random.nextInt(101))
                .setExpiryBudgetMinInstances(1 + random.nextInt(4))
                .build();
    }

    private static void check(RegistryState before, Outcome outcome, Set<Reason> refusals) {
        RegistryState after = outcome.state();
        RegistryInvariants.check(after);
        Result result = outcome.result();
        boolean changed = after.revision() != before.revision();
        assertThat(changed)
                .as("events tell of every change")
                .isEqualTo(!outcome.events().isEmpty());
        assertThat(after.revision() - before.revision()).isBetween(0L, 1L);
        assertThat(after.clockMillis()).isGreaterThanOrEqualTo(before.clockMillis());
        assertThat(after.chain()).isNotEqualTo(before.chain());
        assertThat(after.stateHash()).isEqualTo(changed ? after.contentHash() : before.stateHash());
        if (result.hasError()) {
            refusals.add(result.getError().getReason());
            assertThat(changed).as("a refusal makes no revision").isFalse();
            assertThat(after.catalog()).as("a refusal changes no list").isSameAs(before.catalog());
            assertThat(after.leases()).as("a refusal changes no lease").isSameAs(before.leases());
            assertThat(after.keyspaces()).as("a refusal hands out no number").isSameAs(before.keyspaces());
        }
    }

    private static void assertSame(RegistryState live, RegistryState follower) {
        assertThat(follower.revision()).isEqualTo(live.revision());
        assertThat(follower.chain()).as("chain").isEqualTo(live.chain());
        assertThat(follower.stateHash()).as("state hash").isEqualTo(live.stateHash());
        assertThat(follower.contentHash()).as("content hash").isEqualTo(live.contentHash());
        RegistryInvariants.check(follower);
    }

    /** A replica that reads log entries, and can fall back to its last snapshot. */
    private static final class Follower {
        private RegistryState state = RegistryState.empty();
        private byte[] snapshot = snapshot(state);
        private final List<ByteString> since = new ArrayList<>();

        void take(ByteString entry) throws MalformedEntryException {
            since.add(entry);
            apply(entry);
        }

        void mayCrash(Random random) throws IOException, MalformedEntryException {
            int fate = random.nextInt(12);
            if (fate == 0) {
                snapshot = snapshot(state);
                since.clear();
            } else if (fate < 3) {
                state = SnapshotCodec.read(new ByteArrayInputStream(snapshot)).state();
                assertThat(snapshot(state)).as("equal states give equal bytes").isEqualTo(snapshot);
                for (ByteString entry : since) {
                    apply(entry);
                }
            }
        }

        private void apply(ByteString entry) throws MalformedEntryException {
            for (Command command : EntryCodec.decode(CLUSTER, GROUP, entry.asReadOnlyByteBuffer())) {
                state = Registry.apply(state, command).state();
            }
        }

        private static byte[] snapshot(RegistryState state) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                SnapshotCodec.write(state, new SnapshotCodec.Position(GROUP, 1, 1), out);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return out.toByteArray();
        }
    }
}
