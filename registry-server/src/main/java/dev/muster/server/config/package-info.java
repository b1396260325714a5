// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator can set on a node, read strictly: an unknown key is refused with the nearest known one, all problems
 * are told at once, and every value knows where it came from. Command-line flag wins over environment, environment over
 * file, file over preset. Start here: {@link dev.muster.server.config.ServerConfigLoader}.
 */
@NullMarked
package dev.muster.server.config;

import org.jspecify.annotations.NullMarked;
