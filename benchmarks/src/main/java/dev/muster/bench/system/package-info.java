// SPDX-License-Identifier: Apache-2.0
/** What every system can be asked to do, and its processes. Start with {@link dev.muster.bench.system.Cluster}. */
@NullMarked
package dev.muster.bench.system;

import org.jspecify.annotations.NullMarked;
