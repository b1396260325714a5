/**
 * A registry for tests of programs that use one. Start here: {@link dev.muster.server.testing.MusterTestServer}.
 */
@NullMarked
package dev.muster.server.testing;

import org.jspecify.annotations.NullMarked;
