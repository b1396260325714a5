// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Validation;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.Replica;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.BatchResponse;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.DeregisterResponse;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Result;
import dev.muster.v1.UpdateRequest;
import dev.muster.v1.UpdateResponse;
import io.grpc.stub.StreamObserver;

/** The list itself, by unary calls. A write is done at least once. Thread-safe. */
final class RegistryService extends RegistryGrpc.RegistryImplBase {
    private final Replica replica;
    private final Reads reads;
    private final Unary unary;

    RegistryService(Replica replica, Reads reads, Unary unary) {
        this.replica = replica;
        this.reads = reads;
        this.unary = unary;
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
        unary.write(
                observer,
                () -> {
                    Validation.register(request);
                    return replica.submit(command().setRegister(request).build());
                },
                Result::getRegister);
    }

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> observer) {
        unary.write(
                observer,
                () -> {
                    Validation.deregister(request);
                    return replica.submit(command().setDeregister(request).build());
                },
                Result::getDeregister);
    }

    @Override
    public void update(UpdateRequest request, StreamObserver<UpdateResponse> observer) {
        unary.write(
                observer,
                () -> {
                    Validation.update(request);
                    return replica.submit(command().setUpdate(request).build());
                },
                Result::getUpdate);
    }

    @Override
    public void batch(BatchRequest request, StreamObserver<BatchResponse> observer) {
        unary.write(
                observer,
                () -> {
                    Validation.batch(request);
                    return replica.submit(command().setBatch(request).build());
                },
                Result::getBatch);
    }

    @Override
    public void lookup(LookupRequest request, StreamObserver<LookupResponse> observer) {
        unary.read(observer, () -> reads.lookup(request));
    }

    @Override
    public void listServices(ListServicesRequest request, StreamObserver<ListServicesResponse> observer) {
        unary.read(observer, () -> reads.list(request));
    }

    private static Command.Builder command() {
        return Command.newBuilder().setStamp(Caller.current().stamp());
    }
}
