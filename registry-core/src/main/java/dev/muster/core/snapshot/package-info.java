// SPDX-License-Identifier: Apache-2.0
/**
 * The format of a snapshot: a state as a stream of checked sections.
 * Start here: {@link dev.muster.core.snapshot.SnapshotCodec}.
 */
@NullMarked
package dev.muster.core.snapshot;

import org.jspecify.annotations.NullMarked;
