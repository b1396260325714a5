// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import dev.muster.client.Position;

/** A point of history in documents: always the same three fields. Stateless. */
final class Positions {
    private Positions() {}

    static JsonFields put(JsonFields fields, Position position) {
        return fields.number("revision", position.revision())
                .bits("epochId", position.epochId())
                .number("epochOrdinal", position.epochOrdinal());
    }
}
