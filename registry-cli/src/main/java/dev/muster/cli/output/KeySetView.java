// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.Key;
import dev.muster.client.KeySet;

/** How numbers that were handed out are shown. In documents they are texts: many readers round numbers. Stateless. */
public final class KeySetView {
    /** One number. */
    public static final Columns<Key> EACH = Columns.<Key>none().number("NUMBER", Key::toString);

    private KeySetView() {}

    /** The document of a set. */
    public static JsonObject json(String keyspace, KeySet keys) {
        return new JsonFields()
                .text("keyspace", keyspace)
                .text("first", keys.first().toString())
                .text("last", keys.last().toString())
                .number("count", keys.size())
                .toObject();
    }

    /** The document of one number. */
    public static JsonObject json(Key key) {
        return new JsonFields()
                .text("number", key.toString())
                .text("hex", key.toHex())
                .toObject();
    }
}
