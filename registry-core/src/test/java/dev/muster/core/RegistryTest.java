// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.RaiseFeatureLevel;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.EventType;
import dev.muster.v1.Instance;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the stories cannot show: hashes, reads, and what only a program does. */
final class RegistryTest {
    private RegistryState state = Commands.cluster(Limits.defaultSettings());

    @Test
    void theStateHashIsOfTheRevisionAndTheChainOfEveryCommand() {
        RegistryState before = state;
        Outcome barrier = Registry.apply(
                before,
                Commands.on(before).setBarrier(Barrier.getDefaultInstance()).build());
        assertThat(barrier.state().stateHash()).isEqualTo(before.stateHash());
        assertThat(barrier.state().chain()).isNotEqualTo(before.chain());
        Command register = Commands.register(before, "web", "a");
        assertThat(Registry.apply(barrier.state(), register).state().stateHash())
                .as("who applied another command before has another hash")
                .isNotEqualTo(Registry.apply(before, register).state().stateHash());
    }

    @Test
    void aDefectIsAnOutcomeAndLeavesTheState() {
        // A session's own lease is missing, which no sequence of commands can bring about.
        apply(Commands.open(state, 10_000));
        RegistryState broken =
                state.toBuilder().leases(dev.muster.core.lease.Leases.empty()).build();
        Outcome outcome = Registry.apply(
                broken,
                Commands.register(broken, "web", "a").toBuilder()
                        .setSession(2)
                        .setGeneration(1)
                        .setSequence(1)
                        .build());
        assertThat(outcome.result().getError().getReason()).isEqualTo(Reason.REASON_INTERNAL);
        assertThat(outcome.events()).isEmpty();
        assertThat(outcome.state().catalog()).isSameAs(broken.catalog());
        assertThat(outcome.state().sessions()).isSameAs(broken.sessions());
        assertThat(outcome.state().revision()).isEqualTo(broken.revision());
        assertThat(outcome.state().chain()).isNotEqualTo(broken.chain());
    }

    @Test
    void aRefusedGenesisLeavesNoTrace() {
        Command.Builder wild = Commands.genesis(Limits.defaultSettings()).toBuilder();
        wild.getStampBuilder().setTimeMillis(Long.MAX_VALUE);
        Outcome refused = Registry.apply(RegistryState.empty(), wild.build());
        assertThat(refused.result().getError().getMessage())
                .isEqualTo("stamp.time_millis: 9223372036854775807 (expected: 1 to 253402300799999)");
        assertThat(refused.state().clockMillis()).isZero();
        Outcome created = Registry.apply(refused.state(), Commands.genesis(Limits.defaultSettings()));
        assertThat(created.state().clockMillis()).isEqualTo(Commands.START_MILLIS);
        assertThat(created.events())
                .extracting(event -> event.toEvent().getType())
                .containsExactly(EventType.EVENT_TYPE_CLUSTER_CREATED, EventType.EVENT_TYPE_LEADER_CHANGED);
    }

    @Test
    void theFeatureLevelRisesToWhatIsKnown() {
        state = state.toBuilder().featureLevel(0).build();
        Outcome raised = apply(Commands.on(state)
                .setRaiseFeatureLevel(RaiseFeatureLevel.newBuilder().setLevel(Limits.FEATURE_LEVEL))
                .build());
        assertThat(raised.events())
                .extracting(event -> event.toEvent().getType())
                .containsExactly(EventType.EVENT_TYPE_FEATURE_LEVEL_RAISED);
        assertThat(state.featureLevel()).isEqualTo(Limits.FEATURE_LEVEL);
    }

    @Test
    void anInstanceIsStoredWithItsDefaultsAndWithoutWhatOnlyTheRegistrySets() {
        Instance forged = Commands.instance("web", "a").toBuilder()
                .setIncarnation(99)
                .setLease(99)
                .setCreateRevision(99)
                .setModifyRevision(99)
                .setRegisteredAtMillis(99)
                .build();
        apply(Commands.on(state)
                .setRegister(RegisterRequest.newBuilder().setInstance(forged))
                .build());
        InstanceRecord stored = Objects.requireNonNull(service("web").instance("a"));
        Instance expected = Commands.instance("web", "a").toBuilder()
                .setWeight(100)
                .setStatus(dev.muster.v1.Status.STATUS_UP)
                .setIncarnation(2)
                .setCreateRevision(2)
                .setModifyRevision(2)
                .setRegisteredAtMillis(Commands.START_MILLIS)
                .setKey(forged.getKey().toBuilder().setNamespace("default"))
                .build();
        assertThat(stored.toInstance()).isEqualTo(expected);
        assertThat(stored.encoded()).isEqualTo(InstanceRecord.of(expected).encoded());
    }

    @Test
    void servicesAreListedFromAnyNameOn() {
        for (String service : List.of("b", "a", "d", "c")) {
            apply(Commands.register(state, service, "i"));
        }
        Instance elsewhere = Commands.instance("a", "i").toBuilder()
                .setKey(Commands.instance("a", "i").getKey().toBuilder().setNamespace("zone"))
                .build();
        apply(Commands.on(state)
                .setRegister(RegisterRequest.newBuilder().setInstance(elsewhere))
                .build());
        assertThat(namesAfter("", "")).containsExactly("a", "b", "c", "d", "a");
        assertThat(namesAfter("default", "b")).containsExactly("c", "d", "a");
        assertThat(namesAfter("default", "bb")).containsExactly("c", "d", "a");
        assertThat(namesAfter("default", "d")).containsExactly("a");
        assertThat(namesAfter("zone", "")).containsExactly("a");
        assertThat(namesAfter("zone", "a")).isEmpty();
    }

    @Test
    void removalsAreReadFromAnyRevisionOn() {
        for (String id : List.of("a", "b", "c")) {
            apply(Commands.register(state, "web", id));
        }
        for (String id : List.of("b", "a", "c")) {
            apply(Commands.on(state)
                    .setDeregister(DeregisterRequest.newBuilder()
                            .setKey(Commands.instance("web", id).getKey()))
                    .build());
        }
        ServiceEntry web = service("web");
        assertThat(web.removedSince(0)).extracting(Tombstone::id).containsExactly("b", "a", "c");
        assertThat(web.removedSince(5)).extracting(Tombstone::id).containsExactly("a", "c");
        assertThat(web.removedSince(7)).isEmpty();
        assertThat(web.removedSince(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void eventsAreReadFromAnySequenceOn() {
        state = Commands.cluster(
                Limits.defaultSettings().toBuilder().setMaxEvents(3).build());
        for (String id : List.of("a", "b", "c", "d")) {
            apply(Commands.register(state, "web", id));
        }
        assertThat(state.events().firstSequence()).isEqualTo(4);
        assertThat(state.events().lastSequence()).isEqualTo(6);
        assertThat(sequencesFrom(0)).containsExactly(4L, 5L, 6L);
        assertThat(sequencesFrom(5)).containsExactly(5L, 6L);
        assertThat(sequencesFrom(7)).isEmpty();
        assertThat(sequencesFrom(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void theHeaderSaysWhereTheStateStands() {
        assertThat(state.header(-1).getRevision()).isEqualTo(1);
        assertThat(state.header(-1).getAgeMillis()).isEqualTo(-1);
        assertThat(state.header(0).getEpochId()).isEqualTo(0x1234_5678_9abc_def0L);
        assertThat(state.header(0).getEpochOrdinal()).isEqualTo(1);
    }

    private Outcome apply(Command command) {
        Outcome outcome = Registry.apply(state, command);
        state = outcome.state();
        assertThat(outcome.result().hasError()).as("%s", outcome.result()).isFalse();
        RegistryInvariants.check(state);
        return outcome;
    }

    private ServiceEntry service(String name) {
        return Objects.requireNonNull(state.catalog().service("", name));
    }

    private List<String> namesAfter(String namespace, String service) {
        List<String> names = new ArrayList<>();
        state.catalog().servicesAfter(namespace, service).forEach(each -> names.add(each.service()));
        return names;
    }

    private List<Long> sequencesFrom(long sequence) {
        List<Long> sequences = new ArrayList<>();
        state.events().from(sequence).forEach(event -> sequences.add(event.sequence()));
        return sequences;
    }
}
