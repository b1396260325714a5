// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/** JSON as text, without characters that are unsafe on a terminal. A class of its own, so that only JSON pays for it. */
final class JsonText {
    private static final Gson LINE =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
    private static final Gson PAGE = LINE.newBuilder().setPrettyPrinting().create();

    private JsonText() {}

    /** On one line. */
    static String line(JsonObject object) {
        return Text.json(LINE.toJson(object));
    }

    /** Indented. */
    static String page(JsonObject object) {
        return Text.json(PAGE.toJson(object));
    }
}
