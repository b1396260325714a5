// SPDX-License-Identifier: Apache-2.0
/**
 * The files that say what a keeper runs, read strictly: every problem is told at once, with its line. Nothing that is
 * executed comes from anywhere else. Start here: {@link dev.muster.keeper.manifest.Manifests}.
 */
@NullMarked
package dev.muster.keeper.manifest;

import org.jspecify.annotations.NullMarked;
