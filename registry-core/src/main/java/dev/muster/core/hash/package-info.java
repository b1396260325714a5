// SPDX-License-Identifier: Apache-2.0
/**
 * Fingerprints: 64-bit hashes that are the same on every node, in every release.
 * Start here: {@link dev.muster.core.hash.Fingerprint}.
 */
@NullMarked
package dev.muster.core.hash;

import org.jspecify.annotations.NullMarked;
