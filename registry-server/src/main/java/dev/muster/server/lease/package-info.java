// SPDX-License-Identifier: Apache-2.0
/**
 * The leader's clockwork of leases: who was heard when, who is overdue, and the commands that say so. Keep-alives are
 * memory of the leader and never enter the log; an expiry is a command like any other. Start here:
 * {@link dev.muster.server.lease.LeaseReaper}.
 */
@NullMarked
package dev.muster.server.lease;

import org.jspecify.annotations.NullMarked;
