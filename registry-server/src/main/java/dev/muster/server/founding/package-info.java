/**
 * How nodes become a cluster, and how a node with an empty disk gets back into one. Start here: {@link
 * dev.muster.server.founding.Founding}.
 */
@NullMarked
package dev.muster.server.founding;

import org.jspecify.annotations.NullMarked;
