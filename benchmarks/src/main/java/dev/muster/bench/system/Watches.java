// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

/** Watchers of one service. They are plain users of the system's protocol, so that all systems pay alike for them. */
public interface Watches {
    /** Hears of changes, on any thread, but of one watcher on one at a time. */
    interface Listener {
        /**
         * The watcher was told that this instance changed.
         *
         * @param watcher from 0
         * @param id the instance
         * @param revision the system's own number of that change
         */
        void changed(int watcher, String id, long revision);
    }

    /** Whether one connection carries several watchers. */
    boolean sharesConnections();

    /**
     * Opens connections with so many watchers each; returns when all watch. The watchers end when the result is closed.
     */
    AutoCloseable watch(String service, int connections, int each, Listener listener) throws Exception;
}
