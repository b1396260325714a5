// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import io.grpc.ServerCall;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a call's listener until it is decided who serves the call. No message can come before that, as nobody
 * asked for one. Thread-safe.
 */
final class WaitingListener<ReqT> extends ServerCall.Listener<ReqT> {
    private ServerCall.@Nullable Listener<ReqT> decided;
    private boolean halfClosed;
    private boolean cancelled;

    /** Serves the call from now on, unless the caller has gone. */
    synchronized void goOn(Supplier<ServerCall.Listener<ReqT>> decision) {
        if (cancelled) {
            return;
        }
        ServerCall.Listener<ReqT> listener = decision.get();
        decided = listener;
        listener.onReady();
        if (halfClosed) {
            listener.onHalfClose();
        }
    }

    @Override
    public synchronized void onMessage(ReqT message) {
        if (decided != null) {
            decided.onMessage(message);
        }
    }

    @Override
    public synchronized void onHalfClose() {
        if (decided != null) {
            decided.onHalfClose();
        } else {
            halfClosed = true;
        }
    }

    @Override
    public synchronized void onCancel() {
        if (decided != null) {
            decided.onCancel();
        } else {
            cancelled = true;
        }
    }

    @Override
    public synchronized void onComplete() {
        if (decided != null) {
            decided.onComplete();
        }
    }

    @Override
    public synchronized void onReady() {
        if (decided != null) {
            decided.onReady();
        }
    }
}
