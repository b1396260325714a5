// SPDX-License-Identifier: Apache-2.0
/**
 * Muster beside etcd and ZooKeeper: the same work, the same machine, one run. Start with
 * {@link dev.muster.bench.Compare}.
 */
@NullMarked
package dev.muster.bench;

import org.jspecify.annotations.NullMarked;
