// SPDX-License-Identifier: Apache-2.0
/**
 * The kit for tests of whole clusters: nodes are processes of their own and are killed, stopped and frozen as an
 * operating system does it; writers keep a ledger of everything acknowledged, and every test ends by finding all of it
 * on every node. Start here: {@link dev.muster.testing.ClusterTest}.
 */
@NullMarked
package dev.muster.testing;

import org.jspecify.annotations.NullMarked;
