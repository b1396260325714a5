// SPDX-License-Identifier: Apache-2.0
/**
 * The promises of a cluster, each under the fault that could break it; a class for each fault. Start here:
 * {@link dev.muster.tests.KilledLeaderTest}. These share a running cluster; those that need one of their own are in
 * {@link dev.muster.tests.own}.
 */
@NullMarked
package dev.muster.tests;

import org.jspecify.annotations.NullMarked;
