// SPDX-License-Identifier: Apache-2.0
/**
 * How the commands speak: data on the standard output in one of three formats, everything else on the error output.
 * Whatever comes from a registry is made harmless for a terminal here. Start here: {@link dev.muster.cli.output.Output}.
 */
@NullMarked
package dev.muster.cli.output;

import org.jspecify.annotations.NullMarked;
