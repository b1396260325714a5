// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.KeyspaceValidation;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.server.history.EventHistory;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Replica;
import dev.muster.v1.Header;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.LedgerResponse;
import dev.muster.v1.ListKeyspacesRequest;
import dev.muster.v1.ListKeyspacesResponse;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.Moment;
import dev.muster.v1.ReadOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Lets reads wait until this node's state is as fresh as they ask for, then answers from it. Thread-safe; nothing
 * blocks. The caller bounds the wait.
 */
final class Reads {
    private final Replica replica;
    private final Freshness freshness;
    private final EventHistory history;
    private final Lookups lookups = new Lookups();

    Reads(Replica replica, Freshness freshness, EventHistory history) {
        this.replica = replica;
        this.freshness = freshness;
        this.history = history;
    }

    CompletableFuture<LookupResponse> lookup(LookupRequest request) {
        Validation.lookup(request);
        return request.hasAt()
                ? past(request.getAt(), request.getRead())
                        .thenApply(then -> new Lookups().answer(then, request, then.header(age(request.getRead()))))
                : admit(request.getRead()).thenApply(nothing -> answer(request));
    }

    CompletableFuture<ListServicesResponse> list(ListServicesRequest request) {
        Validation.listServices(request);
        Pages.start(request);
        return request.hasAt()
                ? past(request.getAt(), request.getRead())
                        .thenApply(then -> Pages.answer(then, request, then.header(age(request.getRead()))))
                : admit(request.getRead()).thenApply(nothing -> answer(request));
    }

    private CompletableFuture<RegistryState> past(Moment at, ReadOptions read) {
        return admit(read).thenCompose(nothing -> history.at(at));
    }

    CompletableFuture<ListKeyspacesResponse> keyspaces(ListKeyspacesRequest request) {
        Validation.read(request.getRead());
        return admit(request.getRead()).thenApply(nothing -> {
            long age = age(request.getRead());
            RegistryState state = replica.state();
            return Ledgers.list(state, state.header(age));
        });
    }

    CompletableFuture<LedgerResponse> ledger(LedgerRequest request) {
        KeyspaceValidation.ledger(request);
        return admit(request.getRead()).thenApply(nothing -> {
            long age = age(request.getRead());
            RegistryState state = replica.state();
            return Ledgers.page(state, request, state.header(age));
        });
    }

    /** Completes when an answer may be given; it may be given at any time after that. */
    CompletableFuture<Void> admit(ReadOptions read) {
        CompletableFuture<Void> fresh = switch (read.getConsistency()) {
            case CONSISTENCY_UNSPECIFIED, CONSISTENCY_LINEARIZABLE -> freshness.linearize();
            case CONSISTENCY_BOUNDED -> freshness.within(read.getMaxAgeMillis());
            case CONSISTENCY_LOCAL -> CompletableFuture.completedFuture(null);
            case UNRECOGNIZED ->
                throw Rejection.invalid("read.consistency", read.getConsistencyValue(), "a known consistency");
        };
        long patience = Unary.nanosLeft();
        long revision = read.getMinRevision();
        return revision == 0 || replica.state().revision() >= revision
                ? fresh
                : fresh.thenCompose(
                        nothing -> replica.awaitRevision(revision).orTimeout(patience, TimeUnit.NANOSECONDS));
    }

    LookupResponse answer(LookupRequest request) {
        long age = age(request.getRead());
        RegistryState state = replica.state();
        return lookups.answer(state, request, state.header(age));
    }

    ListServicesResponse answer(ListServicesRequest request) {
        long age = age(request.getRead());
        RegistryState state = replica.state();
        return Pages.answer(state, request, state.header(age));
    }

    /** Of an answer that is put together after the wait. */
    Header header(ReadOptions read) {
        long age = age(read);
        return replica.state().header(age);
    }

    /** Has to be asked before the state is taken: a state taken later is at least as fresh. */
    private long age(ReadOptions read) {
        return switch (read.getConsistency()) {
            case CONSISTENCY_UNSPECIFIED, CONSISTENCY_LINEARIZABLE -> 0;
            case CONSISTENCY_BOUNDED, CONSISTENCY_LOCAL, UNRECOGNIZED -> freshness.ageMillis();
        };
    }
}
