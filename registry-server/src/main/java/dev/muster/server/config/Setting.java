// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

/**
 * One value as it was written.
 *
 * @param key the name of what is set
 * @param text its value, as written
 * @param origin where: {@code --listen}, {@code MUSTER_LISTEN}, {@code muster.yaml:7}, {@code preset lan}, {@code default}
 */
public record Setting(String key, String text, String origin) {}
