// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * One service in the list of services. Immutable.
 *
 * @param namespace where it is
 * @param service its name
 * @param instances how many it has
 * @param serving how many of them serve
 * @param held how many are kept listed by its expiry budget though their lease ran out
 * @param revision the last that changed it
 */
public record ServiceSummary(String namespace, String service, int instances, int serving, int held, long revision) {}
