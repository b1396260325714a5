// SPDX-License-Identifier: Apache-2.0
/**
 * Background duties: the thread and the clock that each of them has for itself, and what happens when one of them
 * throws. Start here: {@link dev.muster.server.task.Loop}.
 */
@NullMarked
package dev.muster.server.task;

import org.jspecify.annotations.NullMarked;
