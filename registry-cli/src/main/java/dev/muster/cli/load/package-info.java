// SPDX-License-Identifier: Apache-2.0
/** The load that measurements are made with, and what they measure. */
@NullMarked
package dev.muster.cli.load;

import org.jspecify.annotations.NullMarked;
