// SPDX-License-Identifier: Apache-2.0
/** Muster beside etcd and ZooKeeper: the same work, the same machine, one run. */
@NullMarked
package dev.muster.bench;

import org.jspecify.annotations.NullMarked;
