// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.NodeReport;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.RaiseFeatureLevel;
import dev.muster.internal.v1.ResumeLeases;
import dev.muster.internal.v1.Settings;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.CloseSessionRequest;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.Metadata;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.ResumeKeyspaceRequest;
import dev.muster.v1.ReturnKeysRequest;
import dev.muster.v1.RevokeLeaseRequest;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of a transcript as a command: a verb, words, and {@code name=value} options.
 *
 * <pre>
 *   term 1 node-2 cluster=b epoch=9 (with the state of a backup)
 *   term 1 node-1 max_events=10          register web/a host=10.0.0.1:80 lease=4 supersedes=7 zone=z meta.k=v
 *   deregister team/web/a incarnation=3  update web/a status=DRAINING weight=5 meta.k=v expected=9
 *   batch register web/a ; deregister b  grant ttl=10000      revoke 4      expire 4 5 [over]     resume 4
 *   open name ttl=10000 gen=1            close                report node-2 its disk is slow
 *   append deployed release 7 about=web/a
 *   level 1                              barrier
 *   keyspace invoice width=32 start=1 max=9   next invoice 5   return invoice 4 5   goon invoice 100
 * </pre>
 *
 * <p>Every command takes {@code at=+5s} (the leader's clock, from the registry's), {@code term=2} and {@code by=bob}; with
 * {@code session=3 seq=1}, also {@code gen=1 ack=1 digest=7}.
 */
final class TranscriptLanguage {
    private final RegistryState state;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();

    private TranscriptLanguage(RegistryState state, List<String> parts) {
        this.state = state;
        for (String part : parts) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                options.put(part.substring(0, equals), part.substring(equals + 1));
            } else {
                words.add(part);
            }
        }
    }

    /** The command that the line says, of the current term and clock of the state. */
    static Command parse(RegistryState state, String line) {
        List<String> parts = Arrays.asList(line.trim().split("\\s+", -1));
        if (parts.get(0).equals("batch")) {
            return batch(state, line.trim().substring("batch".length()));
        }
        TranscriptLanguage language = new TranscriptLanguage(state, parts);
        Command command = language.command();
        language.checkAllRead();
        return command;
    }

    private static Command batch(RegistryState state, String changes) {
        Command.Builder command = Commands.on(state);
        BatchRequest.Builder batch = BatchRequest.newBuilder();
        for (String change : changes.split(";", -1)) {
            TranscriptLanguage language =
                    new TranscriptLanguage(state, Arrays.asList(change.trim().split("\\s+", -1)));
            batch.addChanges(language.change());
            language.stampAndSession(command);
            language.checkAllRead();
        }
        return command.setBatch(batch).build();
    }

    private Command command() {
        Command.Builder command = Commands.on(state);
        String verb = words.get(0);
        switch (verb) {
            case "term" -> command.setTermStarted(termStarted());
            case "register" -> command.setRegister(register());
            case "deregister" -> command.setDeregister(deregister());
            case "update" -> command.setUpdate(update());
            case "grant" -> command.setGrantLease(GrantLeaseRequest.newBuilder().setTtlMillis((int) number("ttl", 0)));
            case "revoke" ->
                command.setRevokeLease(RevokeLeaseRequest.newBuilder().setLease(id(1)));
            case "open" -> command.setOpenSession(openSession());
            case "close" -> command.setCloseSession(CloseSessionRequest.getDefaultInstance());
            case "keyspace" -> command.setCreateKeyspace(keyspace());
            case "next" ->
                command.setNextKeySet(
                        NextKeySetRequest.newBuilder().setKeyspace(words.get(1)).setSize((int) id(2)));
            case "return" ->
                command.setReturnKeys(ReturnKeysRequest.newBuilder()
                        .setKeyspace(words.get(1))
                        .setKeys(NumberRange.newBuilder()
                                .setFirst(number(words.get(2)))
                                .setLast(number(words.get(3)))));
            case "goon" ->
                command.setResumeKeyspace(ResumeKeyspaceRequest.newBuilder()
                        .setKeyspace(words.get(1))
                        .setFrom(number(words.get(2))));
            case "expire" ->
                command.setExpireLeases(ExpireLeases.newBuilder()
                        .setHoldOver(words.remove("over"))
                        .addAllLeases(ids()));
            case "resume" -> command.setResumeLeases(ResumeLeases.newBuilder().addAllLeases(ids()));
            case "report" ->
                command.setNodeReport(NodeReport.newBuilder()
                        .setNode(words.get(1))
                        .setText(String.join(" ", words.subList(2, words.size()))));
            case "append" -> command.setAppendEvent(appended());
            case "level" ->
                command.setRaiseFeatureLevel(RaiseFeatureLevel.newBuilder().setLevel((int) id(1)));
            case "barrier" -> command.setBarrier(Barrier.getDefaultInstance());
            default -> throw new IllegalArgumentException("no command: " + verb);
        }
        stampAndSession(command);
        return command.build();
    }

    private Change change() {
        return switch (words.get(0)) {
            case "register" -> Change.newBuilder().setRegister(register()).build();
            case "deregister" -> Change.newBuilder().setDeregister(deregister()).build();
            case "update" -> Change.newBuilder().setUpdate(update()).build();
            default -> throw new IllegalArgumentException("no change: " + words);
        };
    }

    private void stampAndSession(Command.Builder command) {
        String at = take("at", "+0s");
        long millis = at.startsWith("+")
                ? command.getStamp().getTimeMillis() + millis(at.substring(1))
                : command.getStamp().getTimeMillis() - millis(at.substring(1));
        command.getStampBuilder()
                .setTimeMillis(state.clusterId().isEmpty() ? Commands.START_MILLIS : millis)
                .setTerm(number("term", command.getStamp().getTerm()))
                .setPrincipal(take("by", command.getStamp().getPrincipal()));
        if (options.containsKey("session")) {
            command.setSession(number("session", 0))
                    .setSequence(number("seq", 0))
                    .setGeneration(number("gen", 1))
                    .setAckBelow(number("ack", 0))
                    .setDigest(number("digest", 1));
        }
    }

    private TermStarted termStarted() {
        options.putIfAbsent("term", words.get(1));
        options.putIfAbsent("by", "");
        TermStarted.Builder started = TermStarted.newBuilder().setNode(words.get(2));
        if (state.clusterId().isEmpty() || options.containsKey("cluster")) {
            started.setGenesis(Genesis.newBuilder()
                    .setClusterId(take("cluster", "cluster-a"))
                    .setEpochId(Long.parseUnsignedLong(take("epoch", "7"), 16))
                    .setEpochOrdinal(1)
                    .setFeatureLevel((int) number("level", Limits.FEATURE_LEVEL))
                    .setSettings(settings()));
        }
        return started.build();
    }

    private Settings settings() {
        Settings.Builder settings = Limits.defaultSettings().toBuilder();
        for (var field : Settings.getDescriptor().getFields()) {
            String value = options.remove(field.getName());
            if (value != null) {
                settings.setField(field, Integer.parseInt(value));
            }
        }
        return settings.build();
    }

    private RegisterRequest register() {
        String[] host = take("host", "10.0.0.1:8080").split(":(?=[0-9]+$)", -1);
        Instance.Builder instance = Instance.newBuilder()
                .setKey(key())
                .addEndpoints(Endpoint.newBuilder()
                        .setName("grpc")
                        .setProtocol("grpc")
                        .setHost(host[0])
                        .setPort(Integer.parseInt(host[1])))
                .setZone(take("zone", ""))
                .setVersion(take("version", ""))
                .setWeight((int) number("weight", 0))
                .putAllMetadata(metadata())
                .setStatus(Status.valueOf("STATUS_" + take("status", "UNSPECIFIED")));
        return RegisterRequest.newBuilder()
                .setInstance(instance)
                .setLease(number("lease", 0))
                .setSupersedes(number("supersedes", 0))
                .build();
    }

    private DeregisterRequest deregister() {
        return DeregisterRequest.newBuilder()
                .setKey(key())
                .setIncarnation(number("incarnation", 0))
                .build();
    }

    private UpdateRequest update() {
        UpdateRequest.Builder update = UpdateRequest.newBuilder()
                .setKey(key())
                .setIncarnation(number("incarnation", 0))
                .setExpectedModifyRevision(number("expected", 0));
        if (options.containsKey("status")) {
            update.setStatus(Status.valueOf("STATUS_" + take("status", "")));
        }
        if (options.containsKey("weight")) {
            update.setWeight((int) number("weight", 0));
        }
        Map<String, String> metadata = metadata();
        if (!metadata.isEmpty()) {
            update.setMetadata(Metadata.newBuilder().putAllEntries(metadata));
        }
        return update.build();
    }

    private CreateKeyspaceRequest keyspace() {
        CreateKeyspaceRequest.Builder request = CreateKeyspaceRequest.newBuilder()
                .setName(words.get(1))
                .setWidth((int) number("width", 0))
                .setStart(number(take("start", "0")));
        if (options.containsKey("max")) {
            request.setMax(number(take("max", "")));
        }
        return request.build();
    }

    /** A number of up to 128 bits in decimal. */
    private static Number number(String decimal) {
        BigInteger value = new BigInteger(decimal);
        return Number.newBuilder()
                .setHigh(value.shiftRight(Long.SIZE).longValue())
                .setLow(value.longValue())
                .build();
    }

    private OpenSession openSession() {
        return OpenSession.newBuilder()
                .setClientName(words.get(1))
                .setTtlMillis((int) number("ttl", 10_000))
                .setGeneration(number("gen", 1))
                .build();
    }

    private AppendEventRequest appended() {
        AppendEventRequest.Builder request = AppendEventRequest.newBuilder()
                .setKind(words.get(1))
                .setText(String.join(" ", words.subList(2, words.size())));
        String pair = take("pair", "");
        if (!pair.isEmpty()) {
            String[] parts = pair.split("/", -1);
            request.setPair(Pair.newBuilder()
                    .setOwner(parts[0])
                    .setId(parts[1])
                    .setPart(PairPart.valueOf("PAIR_PART_" + parts[2])));
        }
        String about = take("about", "");
        return about.isEmpty() ? request.build() : request.setKey(key(about)).build();
    }

    private InstanceKey key() {
        return key(words.get(1));
    }

    private static InstanceKey key(String path) {
        String[] parts = path.split("/", -1);
        int id = parts.length - 1;
        return InstanceKey.newBuilder()
                .setNamespace(parts.length == 3 ? parts[0] : "")
                .setService(id > 0 ? parts[id - 1] : "")
                .setId(parts[id])
                .build();
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        options.forEach((name, value) -> {
            if (name.startsWith("meta.")) {
                metadata.put(name.substring("meta.".length()), value);
            }
        });
        options.keySet().removeIf(name -> name.startsWith("meta."));
        return metadata;
    }

    private List<Long> ids() {
        return words.subList(1, words.size()).stream().map(Long::valueOf).toList();
    }

    private long id(int word) {
        return Long.parseLong(words.get(word));
    }

    private String take(String name, String otherwise) {
        String value = options.remove(name);
        return value == null ? otherwise : value;
    }

    private long number(String name, long otherwise) {
        return Long.parseLong(take(name, String.valueOf(otherwise)));
    }

    private static long millis(String duration) {
        long count = Long.parseLong(duration.substring(0, duration.length() - 1));
        return switch (duration.charAt(duration.length() - 1)) {
            case 's' -> count * 1_000;
            case 'm' -> count * 60_000;
            case 'h' -> count * 3_600_000;
            default -> throw new IllegalArgumentException("no duration: " + duration);
        };
    }

    private void checkAllRead() {
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("not understood: " + options);
        }
    }
}
