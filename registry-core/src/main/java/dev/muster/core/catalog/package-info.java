// SPDX-License-Identifier: Apache-2.0
/**
 * The list: services, their instances, and what is remembered of removed ones.
 * Start here: {@link dev.muster.core.catalog.Catalog}.
 */
@NullMarked
package dev.muster.core.catalog;

import org.jspecify.annotations.NullMarked;
