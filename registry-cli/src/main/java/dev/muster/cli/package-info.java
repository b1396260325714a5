// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code muster} commands: what an operator does to a registry from a shell. One class per noun; the parsing of the
 * command line, the connection and the exit codes are common to all. Start here: {@link dev.muster.cli.Program}.
 */
@NullMarked
package dev.muster.cli;

import org.jspecify.annotations.NullMarked;
