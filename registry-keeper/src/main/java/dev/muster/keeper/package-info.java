// SPDX-License-Identifier: Apache-2.0
/**
 * The keeper of a host: starts what its manifests define, and puts back what falls. It outlives the registry and works
 * without it.
 */
@NullMarked
package dev.muster.keeper;

import org.jspecify.annotations.NullMarked;
