// SPDX-License-Identifier: Apache-2.0
/** ZooKeeper as a user would set it up and call it. */
@NullMarked
package dev.muster.bench.zookeeper;

import org.jspecify.annotations.NullMarked;
