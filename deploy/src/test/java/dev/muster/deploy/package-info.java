// SPDX-License-Identifier: Apache-2.0
/** The distribution and its scripts, run as a user runs them. Start here: {@link dev.muster.deploy.LauncherIT}. */
@NullMarked
package dev.muster.deploy;

import org.jspecify.annotations.NullMarked;
