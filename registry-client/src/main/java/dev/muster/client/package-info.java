// SPDX-License-Identifier: Apache-2.0
/**
 * The client of a Muster registry: register instances of services and keep them registered, look services up, and keep
 * live copies of their lists. Start here: {@link dev.muster.client.MusterClient}.
 */
@NullMarked
package dev.muster.client;

import org.jspecify.annotations.NullMarked;
