// SPDX-License-Identifier: Apache-2.0
/**
 * The format of a log entry: one or more commands behind a checked header.
 * Start here: {@link dev.muster.core.log.EntryCodec}.
 */
@NullMarked
package dev.muster.core.log;

import org.jspecify.annotations.NullMarked;
