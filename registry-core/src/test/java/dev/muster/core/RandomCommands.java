// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.Uint128;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.NodeReport;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.RaiseFeatureLevel;
import dev.muster.internal.v1.ResumeLeases;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.CloseSessionRequest;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.Metadata;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.ResumeKeyspaceRequest;
import dev.muster.v1.ReturnKeysRequest;
import dev.muster.v1.RevokeLeaseRequest;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands as clients and leaders would send them to a state, many of them late, repeated, conflicting or wrong. */
final class RandomCommands {
    private static final String[] SERVICES = {"web", "db", "cache"};
    private static final String[] KEYSPACES = {"invoice", "order", "none"};
    private static final int IDS = 12;

    private final Random random;

    RandomCommands(Random random) {
        this.random = random;
    }

    /** A command for the state. */
    Command next(RegistryState state) {
        Command.Builder command = Commands.on(state);
        command.getStampBuilder()
                .setTimeMillis(state.clockMillis() + time())
                .setTerm(random.nextInt(50) == 0 ? state.term() - 1 : state.term());
        if (random.nextInt(12) < 9) {
            ofClient(state, command);
        } else {
            ofNode(state, command);
        }
        return command.build();
    }

    private long time() {
        int kind = random.nextInt(100);
        return kind == 0 ? 5L * 3_600_000 : kind < 5 ? -1_000 : random.nextInt(3_000);
    }

    private void ofClient(RegistryState state, Command.Builder command) {
        Session session = random.nextBoolean() ? pick(state.sessions().all()) : null;
        switch (random.nextInt(25)) {
            case 0 -> command.setGrantLease(GrantLeaseRequest.newBuilder().setTtlMillis(random.nextInt(20_000)));
            case 1 -> command.setRevokeLease(RevokeLeaseRequest.newBuilder().setLease(lease(state)));
            case 2 -> command.setCloseSession(CloseSessionRequest.getDefaultInstance());
            case 20 -> command.setCreateKeyspace(createKeyspace());
            case 21, 22, 23 ->
                command.setNextKeySet(
                        NextKeySetRequest.newBuilder().setKeyspace(keyspace()).setSize(random.nextInt(40)));
            case 24 -> command.setReturnKeys(giveBack(state, session));
            case 3, 4 -> command.setBatch(batch(state));
            case 5, 6, 7 -> command.setDeregister(deregister(state));
            case 8, 9, 10 -> command.setUpdate(update(state));
            case 11, 12 -> command.setAppendEvent(append());
            default -> command.setRegister(register(state));
        }
        if (session != null) {
            inSession(session, command);
        }
    }

    private AppendEventRequest append() {
        AppendEventRequest.Builder request = AppendEventRequest.newBuilder()
                .setKind(random.nextInt(5) == 0 ? "Not a kind" : "deployed")
                .setText("release " + random.nextInt(9))
                .setKey(key());
        if (random.nextInt(3) > 0) {
            request.setPair(Pair.newBuilder()
                    .setOwner("keeper")
                    .setId("i" + random.nextInt(2))
                    .setPart(random.nextBoolean() ? PairPart.PAIR_PART_BEFORE : PairPart.PAIR_PART_AFTER));
        }
        return request.build();
    }

    private void inSession(Session session, Command.Builder command) {
        long sequence = session.applied() + 1 - (random.nextInt(4) == 0 ? random.nextInt(4) : 0);
        command.setSession(session.id())
                .setGeneration(session.generation() + (random.nextInt(20) == 0 ? random.nextInt(3) - 1 : 0))
                .setSequence(random.nextInt(40) == 0 ? sequence + 1 : sequence)
                .setAckBelow(random.nextInt(3) == 0 ? sequence : 0)
                .setDigest(random.nextInt(3));
    }

    /** Now and then of another cluster, as after a restore. */
    private TermStarted termStarted() {
        TermStarted.Builder started = TermStarted.newBuilder().setNode("node-" + (1 + random.nextInt(3)));
        if (random.nextInt(8) == 0) {
            started.setGenesis(Genesis.newBuilder()
                    .setClusterId("cluster-" + random.nextInt(9))
                    .setEpochId(random.nextLong())
                    .setFeatureLevel(Limits.FEATURE_LEVEL)
                    .setSettings(Limits.defaultSettings()));
        }
        return started.build();
    }

    /** The narrow one is soon exhausted, and created again as another one now and then. */
    private CreateKeyspaceRequest createKeyspace() {
        boolean wide = random.nextBoolean();
        return CreateKeyspaceRequest.newBuilder()
                .setName(KEYSPACES[wide ? 0 : 1])
                .setWidth(wide ? 96 : 32 + random.nextInt(2))
                .setMax(Uint128.of(wide ? Long.MAX_VALUE : 300).toProto())
                .build();
    }

    private String keyspace() {
        return KEYSPACES[random.nextInt(KEYSPACES.length)];
    }

    /** The end of a set, sometimes of somebody else's, sometimes of one that is no set. */
    private ReturnKeysRequest giveBack(RegistryState state, @org.jspecify.annotations.Nullable Session session) {
        String name = keyspace();
        Keyspace keyspace = state.keyspaces().get(name);
        KeyRange set = keyspace == null
                ? null
                : pick(session == null || random.nextInt(5) == 0 ? keyspace.settled() : keyspace.heldBy(session.id()));
        ReturnKeysRequest.Builder request = ReturnKeysRequest.newBuilder().setKeyspace(name);
        if (set != null) {
            request.setKeys(NumberRange.newBuilder()
                    .setFirst(set.first().plus(random.nextInt((int) set.size())).toProto())
                    .setLast(set.last().toProto()));
        }
        return request.build();
    }

    private void ofNode(RegistryState state, Command.Builder command) {
        switch (random.nextInt(12)) {
            case 0 -> {
                command.getStampBuilder().setTerm(state.term() + random.nextInt(3));
                command.setTermStarted(termStarted());
            }
            case 1 ->
                command.setNodeReport(
                        NodeReport.newBuilder().setNode("node-1").setText("something " + random.nextInt(9)));
            case 2 ->
                command.setRaiseFeatureLevel(RaiseFeatureLevel.newBuilder().setLevel(random.nextInt(3)));
            case 3 -> command.setBarrier(Barrier.getDefaultInstance());
            case 4, 5, 6 ->
                command.setExpireLeases(
                        ExpireLeases.newBuilder().addAllLeases(leases(state)).setHoldOver(random.nextInt(4) == 0));
            case 7 -> command.setResumeLeases(ResumeLeases.newBuilder().addAllLeases(leases(state)));
            case 8 ->
                command.setResumeKeyspace(ResumeKeyspaceRequest.newBuilder()
                        .setKeyspace(keyspace())
                        .setFrom(Uint128.of(random.nextInt(300)).toProto()));
            default ->
                command.setOpenSession(OpenSession.newBuilder()
                        .setClientName("client-" + random.nextInt(9))
                        .setTtlMillis(900 + random.nextInt(5_000))
                        .setGeneration(1));
        }
    }

    private BatchRequest batch(RegistryState state) {
        BatchRequest.Builder batch = BatchRequest.newBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            batch.addChanges(
                    switch (random.nextInt(3)) {
                        case 0 -> Change.newBuilder().setRegister(register(state));
                        case 1 -> Change.newBuilder().setDeregister(deregister(state));
                        default -> Change.newBuilder().setUpdate(update(state));
                    });
        }
        return batch.build();
    }

    private RegisterRequest register(RegistryState state) {
        Instance.Builder instance = Commands.instance("web", "a").toBuilder()
                .setKey(key())
                .setWeight(random.nextInt(3))
                .setStatus(Status.forNumber(random.nextInt(5)));
        for (int i = random.nextInt(4); i > 0; i--) {
            instance.putMetadata("key-" + random.nextInt(5), "value-" + random.nextInt(5));
        }
        if (random.nextInt(30) == 0) {
            instance.setZone("a\nb");
        }
        return RegisterRequest.newBuilder()
                .setInstance(instance)
                .setLease(random.nextInt(3) == 0 ? lease(state) : 0)
                .setSupersedes(random.nextInt(3) == 0 ? incarnation(state, instance.getKey()) : 0)
                .build();
    }

    private DeregisterRequest deregister(RegistryState state) {
        InstanceKey key = key();
        return DeregisterRequest.newBuilder()
                .setKey(key)
                .setIncarnation(random.nextInt(4) == 0 ? incarnation(state, key) : 0)
                .build();
    }

    private UpdateRequest update(RegistryState state) {
        InstanceKey key = key();
        UpdateRequest.Builder update = UpdateRequest.newBuilder()
                .setKey(key)
                .setIncarnation(random.nextInt(4) == 0 ? incarnation(state, key) : 0)
                .setStatus(Status.forNumber(1 + random.nextInt(4)));
        if (random.nextInt(4) == 0) {
            update.setMetadata(Metadata.newBuilder().putEntries("key-" + random.nextInt(5), "new"));
        }
        return update.build();
    }

    private InstanceKey key() {
        return InstanceKey.newBuilder()
                .setNamespace(random.nextInt(5) == 0 ? "team" : "")
                .setService(SERVICES[random.nextInt(SERVICES.length)])
                .setId("i" + random.nextInt(IDS))
                .build();
    }

    private long incarnation(RegistryState state, InstanceKey key) {
        ServiceEntry service = state.catalog().service(key.getNamespace(), key.getService());
        InstanceRecord instance = service == null ? null : service.instance(key.getId());
        long known = instance == null ? 1 : instance.incarnation();
        return known - (random.nextInt(3) == 0 ? 1 : 0);
    }

    private long lease(RegistryState state) {
        Lease lease = pick(state.leases().all());
        return lease == null || random.nextInt(20) == 0 ? 1 + random.nextInt(1_000) : lease.id();
    }

    private List<Long> leases(RegistryState state) {
        List<Long> leases = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            leases.add(lease(state));
        }
        return leases;
    }

    private <T> @org.jspecify.annotations.Nullable T pick(Iterable<T> items) {
        List<T> all = new ArrayList<>();
        items.forEach(all::add);
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }
}
