// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.LedgerRange;
import java.util.Locale;

/** How a ledger is shown. Numbers of keyspaces are texts in documents: many readers round numbers. Stateless. */
public final class LedgerView {
    /** One range. */
    public static final Columns<LedgerRange> COLUMNS = Columns.<LedgerRange>none()
            .number("FIRST", range -> range.first().toString())
            .number("LAST", range -> range.last().toString())
            .text("STATUS", LedgerView::status)
            .text("OWNER", LedgerRange::owner)
            .number("SESSION", range -> range.session() == 0 ? "" : Long.toUnsignedString(range.session()))
            .number("REVISION", range -> Long.toUnsignedString(range.revision()))
            .time("ISSUED", LedgerRange::issuedAt)
            .time("CHANGED", LedgerRange::changedAt);

    private LedgerView() {}

    /** The document of a ledger. */
    public static JsonObject document(KeyLedger ledger) {
        return new JsonFields()
                .object("keyspace", KeyspaceView.json(ledger.keyspace()))
                .array("ranges", ledger.ranges().stream().map(LedgerView::json).toList())
                .toObject();
    }

    /** The sum of all that was handed out, in a line. */
    public static String sum(KeyspaceInfo keyspace) {
        long all = keyspace.held() + keyspace.issued() + keyspace.returned() + keyspace.lost();
        String line = keyspace.name() + ": " + all + " handed out: " + keyspace.held() + " held, " + keyspace.issued()
                + " issued, " + keyspace.returned() + " returned, " + keyspace.lost() + " lost";
        return keyspace.summarised() == 0
                ? line
                : line + "; " + keyspace.summarised() + " of them are too long ago to be listed";
    }

    private static JsonObject json(LedgerRange range) {
        return new JsonFields()
                .text("first", range.first().toString())
                .text("last", range.last().toString())
                .text("status", status(range))
                .text("owner", range.owner())
                .number("session", range.session())
                .number("revision", range.revision())
                .time("issuedAt", range.issuedAt())
                .time("changedAt", range.changedAt())
                .toObject();
    }

    private static String status(LedgerRange range) {
        return range.status().name().toLowerCase(Locale.ROOT);
    }
}
