// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.v1.Error;
import dev.muster.v1.TailEventsResponse;

/** Where the events of one feed go. Called on the loop of the history only; nothing blocks. */
public interface TailSink {
    /** Whether the reader took what was sent, but for a bounded rest. */
    boolean isReady();

    /** Sends a frame. */
    void send(TailEventsResponse frame);

    /** Ends the feed with the reason. */
    void fail(Error error);
}
