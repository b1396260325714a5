// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.RegistryState;
import org.apache.ratis.server.protocol.TermIndex;

/** The state and the log position it stands at, as one value: what a snapshot captures. */
record Applied(RegistryState state, TermIndex position) {}
