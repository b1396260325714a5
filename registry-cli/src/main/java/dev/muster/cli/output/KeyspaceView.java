// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.Key;
import dev.muster.client.KeyspaceInfo;
import java.util.List;

/** How keyspaces are shown. Numbers of keyspaces are texts in documents: many readers round numbers. Stateless. */
public final class KeyspaceView {
    /** One keyspace. */
    public static final Columns<KeyspaceInfo> COLUMNS = Columns.<KeyspaceInfo>none()
            .text("KEYSPACE", KeyspaceInfo::name)
            .number("BITS", keyspace -> Integer.toString(keyspace.width()))
            .number("NEXT", KeyspaceView::next)
            .number("MAX", keyspace -> keyspace.max().toString())
            .number("HELD", keyspace -> Long.toString(keyspace.held()))
            .number("ISSUED", keyspace -> Long.toString(keyspace.issued()))
            .number("RETURNED", keyspace -> Long.toString(keyspace.returned()))
            .number("LOST", keyspace -> Long.toString(keyspace.lost()))
            .remark("REMARK", KeyspaceView::remark);

    private KeyspaceView() {}

    /** The document of all keyspaces. */
    public static JsonObject document(List<KeyspaceInfo> keyspaces) {
        return new JsonFields()
                .array("keyspaces", keyspaces.stream().map(KeyspaceView::json).toList())
                .toObject();
    }

    /** The document of one. The next number is empty when none is left. */
    public static JsonObject json(KeyspaceInfo keyspace) {
        return new JsonFields()
                .text("keyspace", keyspace.name())
                .number("width", keyspace.width())
                .text("start", keyspace.start().toString())
                .text("max", keyspace.max().toString())
                .text("next", next(keyspace))
                .flag("closed", keyspace.closed())
                .number("held", keyspace.held())
                .number("issued", keyspace.issued())
                .number("returned", keyspace.returned())
                .number("lost", keyspace.lost())
                .number("summarised", keyspace.summarised())
                .toObject();
    }

    private static String next(KeyspaceInfo keyspace) {
        return keyspace.next().map(Key::toString).orElse("");
    }

    private static String remark(KeyspaceInfo keyspace) {
        return keyspace.closed() ? "closed by a restore" : keyspace.next().isEmpty() ? "exhausted" : "";
    }
}
