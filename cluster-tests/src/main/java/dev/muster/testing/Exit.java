// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.time.Duration;

/**
 * How a process ended. Immutable.
 *
 * @param code its exit code; 128 + n after signal n
 * @param took from the request, or from the start if it ended by itself, until it was gone
 */
public record Exit(int code, Duration took) {}
