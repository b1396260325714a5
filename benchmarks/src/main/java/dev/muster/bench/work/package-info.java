// SPDX-License-Identifier: Apache-2.0
/** What is measured, a suite for each kind of work. Start with {@link dev.muster.bench.work.Suite}. */
@NullMarked
package dev.muster.bench.work;

import org.jspecify.annotations.NullMarked;
