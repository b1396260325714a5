// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import dev.muster.v1.Error;

/** Where a stream's frames go. Called on the loop of the {@link WatchHub} only; no method may block. */
public interface WatchSink {
    /** Whether the reader keeps up. When it turns true again, {@link WatchStream#ready()} is to be called. */
    boolean isReady();

    /** Sends an encoded {@code WatchResponse}. */
    void send(ByteString frame);

    /** Takes the next request from the client; each request is answered by one call of this. */
    void takeNext();

    /** Ends the stream as the client wished. */
    void complete();

    /** Ends the stream; nothing is sent after that. */
    void fail(Error error);
}
