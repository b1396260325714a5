// SPDX-License-Identifier: Apache-2.0
/**
 * The guided tour that the quick start runs against a cluster: a real service is registered and found, registrations are
 * written while the leader is killed, and every acknowledged one is read back from every node. Uses nothing but the
 * client, as any user's program would. Start here: {@link dev.muster.tour.Tour}.
 */
@NullMarked
package dev.muster.tour;

import org.jspecify.annotations.NullMarked;
