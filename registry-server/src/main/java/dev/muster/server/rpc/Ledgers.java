// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.keyspace.KeyRange;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.core.keyspace.Uint128;
import dev.muster.v1.Header;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.LedgerResponse;
import dev.muster.v1.ListKeyspacesResponse;
import java.util.List;

/**
 * Reads keyspaces, and their ledgers page by page. A page goes on above the last number of the one before, so no range
 * that stays as it is is left out or shown twice. Stateless, thus thread-safe.
 */
final class Ledgers {
    private Ledgers() {}

    static ListKeyspacesResponse list(RegistryState state, Header header) {
        ListKeyspacesResponse.Builder list = ListKeyspacesResponse.newBuilder().setHeader(header);
        for (Keyspace keyspace : state.keyspaces().all()) {
            list.addKeyspaces(keyspace.toProto(state.epochId()));
        }
        return list.build();
    }

    static LedgerResponse page(RegistryState state, LedgerRequest request, Header header) {
        Keyspace keyspace = state.keyspaces().get(request.getKeyspace());
        if (keyspace == null) {
            throw Rejection.keyspaceNotFound(request.getKeyspace());
        }
        int size = request.getPageSize() == 0 ? Limits.DEFAULT_PAGE_SIZE : request.getPageSize();
        List<KeyRange> ranges = keyspace.ranges(
                request.hasAbove() ? Uint128.of(request.getAbove()) : null, request.getSinceMillis(), size + 1);
        LedgerResponse.Builder page = LedgerResponse.newBuilder()
                .setHeader(header)
                .setKeyspace(keyspace.toProto(state.epochId()))
                .setMore(ranges.size() > size);
        ranges.stream().limit(size).map(KeyRange::toProto).forEach(page::addRanges);
        return page.build();
    }
}
