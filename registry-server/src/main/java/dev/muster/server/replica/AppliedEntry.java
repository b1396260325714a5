// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import com.google.protobuf.ByteString;

/**
 * A log entry and what came of it. Immutable.
 *
 * @param index its place in the log
 * @param data as it stands there
 * @param chainBefore the chain of the state that it was applied to
 * @param revision of the state that came of it
 * @param chain of that state
 */
public record AppliedEntry(long index, ByteString data, long chainBefore, long revision, long chain) {}
