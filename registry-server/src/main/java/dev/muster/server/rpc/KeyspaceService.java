// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.KeyspaceValidation;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.Replica;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.CreateKeyspaceResponse;
import dev.muster.v1.KeyspacesGrpc;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.LedgerResponse;
import dev.muster.v1.ListKeyspacesRequest;
import dev.muster.v1.ListKeyspacesResponse;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.NextKeySetResponse;
import dev.muster.v1.Result;
import dev.muster.v1.ResumeKeyspaceRequest;
import dev.muster.v1.ResumeKeyspaceResponse;
import dev.muster.v1.ReturnKeysRequest;
import dev.muster.v1.ReturnKeysResponse;
import io.grpc.stub.StreamObserver;

/** Keyspaces outside sessions. A write is done at least once. Thread-safe. */
final class KeyspaceService extends KeyspacesGrpc.KeyspacesImplBase {
    private final Replica replica;
    private final Reads reads;
    private final Unary unary;

    KeyspaceService(Replica replica, Reads reads, Unary unary) {
        this.replica = replica;
        this.reads = reads;
        this.unary = unary;
    }

    @Override
    public void create(CreateKeyspaceRequest request, StreamObserver<CreateKeyspaceResponse> observer) {
        unary.write(
                observer,
                () -> {
                    KeyspaceValidation.create(request);
                    return replica.submit(command().setCreateKeyspace(request).build());
                },
                Result::getCreateKeyspace);
    }

    @Override
    public void nextKeySet(NextKeySetRequest request, StreamObserver<NextKeySetResponse> observer) {
        unary.write(
                observer,
                () -> {
                    KeyspaceValidation.next(request);
                    return replica.submit(command().setNextKeySet(request).build());
                },
                Result::getNextKeySet);
    }

    @Override
    public void return_(ReturnKeysRequest request, StreamObserver<ReturnKeysResponse> observer) {
        unary.write(
                observer,
                () -> {
                    KeyspaceValidation.giveBack(request);
                    return replica.submit(command().setReturnKeys(request).build());
                },
                Result::getReturnKeys);
    }

    @Override
    public void resume(ResumeKeyspaceRequest request, StreamObserver<ResumeKeyspaceResponse> observer) {
        unary.write(
                observer,
                () -> {
                    KeyspaceValidation.resume(request);
                    return replica.submit(command().setResumeKeyspace(request).build());
                },
                Result::getResumeKeyspace);
    }

    @Override
    public void list(ListKeyspacesRequest request, StreamObserver<ListKeyspacesResponse> observer) {
        unary.read(observer, () -> reads.keyspaces(request));
    }

    @Override
    public void ledger(LedgerRequest request, StreamObserver<LedgerResponse> observer) {
        unary.read(observer, () -> reads.ledger(request));
    }

    private static Command.Builder command() {
        return Command.newBuilder().setStamp(Caller.current().stamp());
    }
}
