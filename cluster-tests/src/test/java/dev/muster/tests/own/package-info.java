// SPDX-License-Identifier: Apache-2.0
/**
 * Promises that are tested on a cluster of its own: with settings of its own, behind a network that can be cut, or ended
 * and begun by the test. They run after those of {@link dev.muster.tests}, whose cluster is closed by then.
 */
@NullMarked
package dev.muster.tests.own;

import org.jspecify.annotations.NullMarked;
