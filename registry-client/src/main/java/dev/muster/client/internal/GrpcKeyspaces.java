// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Key;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.Keyspaces;
import dev.muster.client.LedgerRange;
import dev.muster.v1.KeyspacesGrpc;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.LedgerResponse;
import dev.muster.v1.ListKeyspacesRequest;
import dev.muster.v1.ResumeKeyspaceRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Keyspaces by single calls. Safe for any thread. */
final class GrpcKeyspaces implements Keyspaces {
    private static final int PAGE_SIZE = 1_000;

    private final UnaryCalls calls;
    private final Loop loop;

    GrpcKeyspaces(UnaryCalls calls, Loop loop) {
        this.calls = calls;
        this.loop = loop;
    }

    @Override
    public KeyspaceInfo create(KeyspaceSpec spec) {
        return Wire.keyspaceInfo(
                Futures.await(calls.write(KeyspacesGrpc.getCreateMethod(), Wire.createKeyspace(spec)), loop)
                        .getKeyspace());
    }

    @Override
    public KeyspaceInfo resume(String name, Key from) {
        ResumeKeyspaceRequest request = ResumeKeyspaceRequest.newBuilder()
                .setKeyspace(name)
                .setFrom(Wire.number(from))
                .build();
        return Wire.keyspaceInfo(Futures.await(calls.write(KeyspacesGrpc.getResumeMethod(), request), loop)
                .getKeyspace());
    }

    @Override
    public List<KeyspaceInfo> list() {
        return Futures.await(calls.read(KeyspacesGrpc.getListMethod(), ListKeyspacesRequest.getDefaultInstance()), loop)
                .getKeyspacesList()
                .stream()
                .map(Wire::keyspaceInfo)
                .toList();
    }

    @Override
    public KeyLedger ledger(String name, Instant since) {
        LedgerRequest.Builder request = LedgerRequest.newBuilder()
                .setKeyspace(name)
                .setSinceMillis(since.toEpochMilli())
                .setPageSize(PAGE_SIZE);
        List<LedgerRange> ranges = new ArrayList<>();
        LedgerResponse page;
        do {
            page = Futures.await(calls.read(KeyspacesGrpc.getLedgerMethod(), request.build()), loop);
            page.getRangesList().stream().map(Wire::ledgerRange).forEach(ranges::add);
            if (page.getRangesCount() > 0) {
                request.setAbove(
                        page.getRanges(page.getRangesCount() - 1).getKeys().getLast());
            }
        } while (page.getMore());
        return new KeyLedger(Wire.keyspaceInfo(page.getKeyspace()), ranges);
    }
}
