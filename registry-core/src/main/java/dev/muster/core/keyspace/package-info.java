// SPDX-License-Identifier: Apache-2.0
/**
 * Numbers handed out once, and the ledger of what became of them.
 * Start here: {@link dev.muster.core.keyspace.Keyspace}.
 */
@NullMarked
package dev.muster.core.keyspace;

import org.jspecify.annotations.NullMarked;
