/**
 * The server as a whole: the process, its parts and their order. Start here: {@link dev.muster.server.MusterServer}.
 */
@NullMarked
package dev.muster.server;

import org.jspecify.annotations.NullMarked;
