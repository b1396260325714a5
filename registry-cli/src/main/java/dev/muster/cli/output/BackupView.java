// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.backup.BackupSummary;

/** How a backup is shown. Stateless. */
public final class BackupView {
    /** What is in it. */
    public static final Columns<BackupSummary> COLUMNS = Columns.<BackupSummary>none()
            .text("CLUSTER", BackupSummary::clusterId)
            .text("EPOCH", backup -> epoch(backup))
            .number("REVISION", backup -> Long.toUnsignedString(backup.revision()))
            .text("TIME", backup -> backup.time().toString())
            .number("SERVICES", backup -> Long.toString(backup.services()))
            .number("INSTANCES", backup -> Long.toString(backup.instances()))
            .number("SESSIONS", backup -> Long.toString(backup.sessions()))
            .number("KEYSPACES", backup -> Long.toString(backup.keyspaces()))
            .text("EVENTS", backup -> backup.firstEvent() + "-" + backup.lastEvent())
            .number("LEVEL", backup -> Integer.toString(backup.featureLevel()))
            .text("HASH", backup -> JsonFields.hex(backup.stateHash()))
            .number("BYTES", backup -> Long.toString(backup.bytes()));

    private BackupView() {}

    /** One line about it. */
    public static String sentence(String file, BackupSummary backup) {
        return file + ", revision " + Long.toUnsignedString(backup.revision()) + " of " + backup.time() + ", epoch "
                + epoch(backup) + ", cluster " + backup.clusterId() + ", " + Bytes.human(backup.bytes());
    }

    /** The document of one. */
    public static JsonObject json(String file, BackupSummary backup) {
        return new JsonFields()
                .text("file", file)
                .text("clusterId", backup.clusterId())
                .bits("epochId", backup.epochId())
                .number("epochOrdinal", backup.epochOrdinal())
                .number("revision", backup.revision())
                .time("time", backup.time())
                .number("term", backup.term())
                .number("index", backup.index())
                .number("featureLevel", backup.featureLevel())
                .number("services", backup.services())
                .number("instances", backup.instances())
                .number("sessions", backup.sessions())
                .number("keyspaces", backup.keyspaces())
                .texts("narrowKeyspaces", backup.narrowKeyspaces())
                .number("firstEvent", backup.firstEvent())
                .number("lastEvent", backup.lastEvent())
                .bits("stateHash", backup.stateHash())
                .number("bytes", backup.bytes())
                .toObject();
    }

    private static String epoch(BackupSummary backup) {
        return Long.toUnsignedString(backup.epochOrdinal()) + ":" + JsonFields.hex(backup.epochId());
    }
}
