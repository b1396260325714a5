// SPDX-License-Identifier: Apache-2.0
/**
 * What every schema of this module must keep to: one style, and no change that an older peer, client, log or snapshot
 * would read differently. Start here: {@link dev.muster.proto.Schema}.
 */
@NullMarked
package dev.muster.proto;

import org.jspecify.annotations.NullMarked;
