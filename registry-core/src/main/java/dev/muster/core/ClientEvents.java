// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.key.Key;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.AppendEventResponse;
import dev.muster.v1.EventType;
import dev.muster.v1.Result;

/** What clients have to tell: it changes nothing but the event log. Stateless. */
final class ClientEvents {
    private ClientEvents() {}

    static Result append(Draft draft, AppendEventRequest request) {
        EventValidation.append(request);
        if (draft.command().getSession() == 0) {
            throw Rejection.invalid("session", 0, "that of the client: events are appended in a session");
        }
        var event = draft.emit(EventType.EVENT_TYPE_CLIENT, request.getText()).setKind(request.getKind());
        if (request.hasKey()) {
            event.setKey(Key.of(request.getKey()).toProto());
        }
        if (request.hasPair()) {
            PairChanges.append(draft, request, event);
        }
        return Result.newBuilder()
                .setAppendEvent(AppendEventResponse.newBuilder()
                        .setHeader(draft.header())
                        .setSequence(draft.lastSequence()))
                .build();
    }
}
