/**
 * The replica over Apache Ratis, and the only place that sees Ratis. Everything here that looks like a detour around
 * Ratis is one, and says which fault of it makes it necessary. Start here: {@link
 * dev.muster.server.raft.RaftReplica}.
 */
@NullMarked
package dev.muster.server.raft;

import org.jspecify.annotations.NullMarked;
