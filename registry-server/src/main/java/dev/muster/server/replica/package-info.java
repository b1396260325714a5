/**
 * The port between the registry's services and the machinery that replicates it: commands go in, one immutable state
 * comes out. Start here: {@link dev.muster.server.replica.Replica}.
 */
@NullMarked
package dev.muster.server.replica;

import org.jspecify.annotations.NullMarked;
