// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.process;

/**
 * One process, for good: process ids are used again, but not with the same start time in one run of the machine.
 * Immutable.
 *
 * @param boot which run of the machine
 * @param pid the process id
 * @param startTicks when it began, in clock ticks since the machine did
 */
public record ProcessId(String boot, long pid, long startTicks) {}
