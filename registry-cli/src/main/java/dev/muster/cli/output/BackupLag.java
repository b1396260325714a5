// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;

/**
 * How far a folder is that follows the registry.
 *
 * @param host where it is
 * @param folder its path there
 * @param revision the newest revision that was durable in it when it last told
 * @param behind how many the cluster was ahead of that when it was asked; what changed since then counts, too
 * @param stale whether it has been behind for longer than half a minute
 */
public record BackupLag(String host, String folder, long revision, long behind, boolean stale) {
    /** For people. */
    public String sentence() {
        return "backup in " + host + ":" + folder + ": revision " + Long.toUnsignedString(revision) + " is durable, "
                + behind + " behind" + (stale ? ", stale" : "");
    }

    JsonObject json() {
        return new JsonFields()
                .text("host", host)
                .text("folder", folder)
                .number("revision", revision)
                .number("behind", behind)
                .flag("stale", stale)
                .toObject();
    }
}
