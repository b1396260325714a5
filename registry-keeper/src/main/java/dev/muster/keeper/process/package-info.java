// SPDX-License-Identifier: Apache-2.0
/**
 * Processes as Linux knows them: started so that they outlive the keeper, told apart by process id and start time, and
 * how they ended. Start here: {@link dev.muster.keeper.process.Launcher}.
 */
@NullMarked
package dev.muster.keeper.process;

import org.jspecify.annotations.NullMarked;
