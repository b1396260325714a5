// SPDX-License-Identifier: Apache-2.0
/**
 * Watches: keep copies of services in step with this node's state. Nothing is queued for a watcher; what it needs is made
 * from the state when it can take it. Start here: {@link dev.muster.server.watch.WatchHub}.
 */
@NullMarked
package dev.muster.server.watch;

import org.jspecify.annotations.NullMarked;
