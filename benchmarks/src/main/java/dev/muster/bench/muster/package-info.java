// SPDX-License-Identifier: Apache-2.0
/** Muster as its launcher starts it. */
@NullMarked
package dev.muster.bench.muster;

import org.jspecify.annotations.NullMarked;
