// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.core.event.EventRecord;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.Tally;
import dev.muster.core.keyspace.Uint128;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.v1.Error;
import dev.muster.v1.Event;
import dev.muster.v1.Header;
import dev.muster.v1.Instance;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Pair;
import dev.muster.v1.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A registry that is told lines of {@link TranscriptLanguage} and tells what came of them. It also understands
 * {@code lookup web}, {@code leases}, {@code sessions}, {@code ledger invoice}, {@code clock} and {@code restart} (from a
 * snapshot).
 */
final class Transcript {
    private static final Pattern WORDS = Pattern.compile("\\s+");

    private RegistryState state = RegistryState.empty();

    /** What comes of the line. */
    String tell(String line) {
        String verb = WORDS.split(line.trim(), -1)[0];
        StringBuilder told = new StringBuilder();
        switch (verb) {
            case "lookup" -> lookup(line.trim().substring(verb.length()).trim(), told);
            case "leases" -> state.leases().all().forEach(lease -> describe(lease, told));
            case "sessions" -> state.sessions().all().forEach(session -> describe(session, told));
            case "ledger" -> ledger(line.trim().substring(verb.length()).trim(), told);
            case "clock" ->
                told.append("start + ")
                        .append(state.clockMillis() - Commands.START_MILLIS)
                        .append(" ms\n");
            case "restart" -> restart(told);
            default -> apply(line, told);
        }
        RegistryInvariants.check(state);
        return told.isEmpty() ? "none\n" : told.toString();
    }

    private void apply(String line, StringBuilder told) {
        long before = state.revision();
        Outcome outcome = Registry.apply(state, TranscriptLanguage.parse(state, line));
        state = outcome.state();
        describe(outcome.result(), before, told);
        for (EventRecord event : outcome.events()) {
            describe(event.toEvent(), told);
        }
    }

    private void describe(Result result, long before, StringBuilder told) {
        if (result.hasError()) {
            Error error = result.getError();
            told.append("refused ")
                    .append(error.getReason().name().substring("REASON_".length()))
                    .append(error.getIncarnation() == 0 ? "" : " incarnation " + error.getIncarnation())
                    .append(": ")
                    .append(error.getMessage())
                    .append('\n');
            return;
        }
        told.append(state.revision() == before ? "unchanged, revision " : "revision ")
                .append(state.revision())
                .append(answer(result))
                .append('\n');
    }

    private String answer(Result result) {
        return switch (result.getResultCase()) {
            case REGISTER ->
                at(result.getRegister().getHeader()) + ", incarnation "
                        + result.getRegister().getIncarnation();
            case DEREGISTER -> at(result.getDeregister().getHeader());
            case UPDATE -> at(result.getUpdate().getHeader());
            case BATCH ->
                at(result.getBatch().getHeader()) + ", incarnations "
                        + result.getBatch().getIncarnationsList();
            case GRANT_LEASE ->
                at(result.getGrantLease().getHeader()) + ", lease "
                        + result.getGrantLease().getLease() + " of "
                        + result.getGrantLease().getTtlMillis() + " ms";
            case REVOKE_LEASE ->
                at(result.getRevokeLease().getHeader()) + ", with "
                        + result.getRevokeLease().getInstances() + " instances";
            case CREATE_KEYSPACE -> at(result.getCreateKeyspace().getHeader());
            case NEXT_KEY_SET ->
                at(result.getNextKeySet().getHeader()) + ", numbers "
                        + range(result.getNextKeySet().getKeys());
            case RETURN_KEYS -> at(result.getReturnKeys().getHeader());
            case RESUME_KEYSPACE -> at(result.getResumeKeyspace().getHeader());
            case CLOSE_SESSION -> at(result.getCloseSession().getHeader());
            case APPEND_EVENT ->
                at(result.getAppendEvent().getHeader()) + ", event "
                        + result.getAppendEvent().getSequence();
            case RESULT_NOT_SET -> "";
            case ERROR, LOOKUP, LIST_SERVICES -> throw new IllegalArgumentException("no answer to a write: " + result);
        };
    }

    /** Says so when an answer shows another revision than the state: it is an older one, repeated. */
    private String at(Header header) {
        return header.getRevision() == state.revision() ? "" : ", answer of revision " + header.getRevision();
    }

    private static void describe(Event event, StringBuilder told) {
        told.append("  ")
                .append(event.getSequence())
                .append(' ')
                .append(event.getType().name().substring("EVENT_TYPE_".length()));
        if (event.hasKey()) {
            told.append(' ')
                    .append(event.getKey().getNamespace())
                    .append('/')
                    .append(event.getKey().getService())
                    .append('/')
                    .append(event.getKey().getId());
        }
        if (!event.getKeyspace().isEmpty()) {
            told.append(' ').append(event.getKeyspace());
        }
        if (event.hasKeys()) {
            told.append(' ').append(range(event.getKeys()));
        }
        number(" incarnation ", event.getIncarnation(), told);
        number(" lease ", event.getLease(), told);
        number(" session ", event.getSession(), told);
        number(" term ", event.getTerm(), told);
        if (event.hasPair()) {
            Pair pair = event.getPair();
            told.append(" " + pair.getPart().name().substring("PAIR_PART_".length()) + " of " + pair.getOwner() + "/"
                    + pair.getId());
            told.append(pair.getBefore() == 0 ? "" : " since " + pair.getBefore());
        }
        told.append(event.getKind().isEmpty() ? "" : " " + event.getKind());
        told.append(" by ")
                .append(event.getActor())
                .append(": ")
                .append(event.getCause())
                .append('\n');
    }

    private static void number(String name, long value, StringBuilder told) {
        if (value != 0) {
            told.append(name).append(value);
        }
    }

    private static String range(NumberRange range) {
        return Uint128.of(range.getFirst()) + " to " + Uint128.of(range.getLast());
    }

    private void ledger(String name, StringBuilder told) {
        Keyspace keyspace = state.keyspaces().get(name);
        if (keyspace == null) {
            return;
        }
        Tally tally = keyspace.tally();
        told.append("next ")
                .append(keyspace.next())
                .append(keyspace.recover(state.epochId()) == null ? ", closed" : "")
                .append("; held ")
                .append(tally.held())
                .append(", issued ")
                .append(tally.issued())
                .append(", returned ")
                .append(tally.returned())
                .append(", lost ")
                .append(tally.lost())
                .append('\n');
        for (KeyRange range : keyspace.ranges(null, 0, Limits.MAX_PAGE_SIZE)) {
            told.append("  ")
                    .append(range.first())
                    .append(" to ")
                    .append(range.last())
                    .append(' ')
                    .append(range.status().name().substring("KEY_STATUS_".length()));
            number(" session ", range.session(), told);
            told.append(' ')
                    .append(range.owner())
                    .append(" revision ")
                    .append(range.revision())
                    .append('\n');
        }
    }

    private void lookup(String name, StringBuilder told) {
        String[] parts = name.split("/", -1);
        ServiceEntry service = state.catalog().service(parts.length == 2 ? parts[0] : "", parts[parts.length - 1]);
        if (service == null) {
            told.append("unknown\n");
            return;
        }
        told.append(service.serving())
                .append(" of ")
                .append(service.size())
                .append(" serve, changed at revision ")
                .append(service.revision())
                .append('\n');
        for (InstanceRecord instance : service.instances()) {
            describe(instance.toInstance(), told);
        }
        for (Tombstone tombstone : service.removedSince(0)) {
            told.append("  ")
                    .append(tombstone.id())
                    .append(" incarnation ")
                    .append(tombstone.incarnation())
                    .append(" was removed at revision ")
                    .append(tombstone.revision())
                    .append('\n');
        }
    }

    private static void describe(Instance instance, StringBuilder told) {
        told.append("  ").append(instance.getKey().getId());
        for (var endpoint : instance.getEndpointsList()) {
            told.append(' ').append(endpoint.getHost()).append(':').append(endpoint.getPort());
        }
        told.append(' ').append(instance.getStatus().name().substring("STATUS_".length()));
        number(" weight ", instance.getWeight(), told);
        number(" incarnation ", instance.getIncarnation(), told);
        number(" modified ", instance.getModifyRevision(), told);
        number(" lease ", instance.getLease(), told);
        for (String key : List.copyOf(instance.getMetadataMap().keySet()).stream()
                .sorted()
                .toList()) {
            told.append(' ')
                    .append(key)
                    .append('=')
                    .append(instance.getMetadataMap().get(key));
        }
        told.append('\n');
    }

    private static void describe(Lease lease, StringBuilder told) {
        told.append(lease.id()).append(" of ").append(lease.ttlMillis()).append(" ms");
        number(" session ", lease.session(), told);
        told.append(
                lease.held()
                        ? " HELD since start + " + (lease.heldSinceMillis() - Commands.START_MILLIS) + " ms\n"
                        : "\n");
    }

    private static void describe(Session session, StringBuilder told) {
        told.append(session.id())
                .append(' ')
                .append(session.clientName())
                .append(" generation ")
                .append(session.generation())
                .append(" applied ")
                .append(session.applied())
                .append(" remembered ")
                .append(session.outcomeCount())
                .append('\n');
    }

    private void restart(StringBuilder told) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            SnapshotCodec.write(state, new SnapshotCodec.Position("group", 1, 1), out);
            RegistryState read = SnapshotCodec.read(new ByteArrayInputStream(out.toByteArray()))
                    .state();
            boolean same = read.stateHash() == state.stateHash() && read.contentHash() == state.contentHash();
            told.append(same ? "the same state\n" : "ANOTHER STATE\n");
            state = read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
