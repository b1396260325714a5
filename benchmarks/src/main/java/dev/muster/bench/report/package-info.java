// SPDX-License-Identifier: Apache-2.0
/** What was measured, as a table, a file and charts. Start with {@link dev.muster.bench.report.Report}. */
@NullMarked
package dev.muster.bench.report;

import org.jspecify.annotations.NullMarked;
