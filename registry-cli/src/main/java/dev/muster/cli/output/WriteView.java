// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.InstanceKey;
import dev.muster.client.Position;

/** How what a write made is shown in a document. Stateless. */
public final class WriteView {
    private WriteView() {}

    /** A registration that this process holds. */
    public static JsonObject held(InstanceKey key, long incarnation) {
        return InstanceView.key(key).number("incarnation", incarnation).toObject();
    }

    /** A write that registers. */
    public static JsonObject registered(InstanceKey key, Position position, long incarnation) {
        return Positions.put(InstanceView.key(key), position)
                .number("incarnation", incarnation)
                .toObject();
    }

    /** Any other write. */
    public static JsonObject written(InstanceKey key, Position position) {
        return Positions.put(InstanceView.key(key), position).toObject();
    }
}
