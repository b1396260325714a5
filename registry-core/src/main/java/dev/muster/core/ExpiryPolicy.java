// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Budget;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import dev.muster.core.lease.Lease;
import dev.muster.core.session.Session;
import dev.muster.internal.v1.Settings;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether a lease that ran out may end now.
 *
 * <p>When many leases of one service run out together, the network or the registry is a likelier culprit than the
 * instances. So each service has a budget: of the leased instances that it had when the first of them expired, only a
 * share may expire within a window. What would go beyond is held back, listed, for people to see. Not thread-safe; for
 * one lease of one {@link Draft}.
 */
final class ExpiryPolicy {
    private final Draft draft;
    private final Map<ServiceName, Integer> losses = new TreeMap<>();

    private ExpiryPolicy(Draft draft) {
        this.draft = draft;
    }

    /** The decision about the lease, with all other leases of the session if it is the session's own. */
    static ExpiryPolicy of(Draft draft, Lease lease) {
        ExpiryPolicy policy = new ExpiryPolicy(draft);
        Session session = lease.ofSessionItself() ? draft.sessions.get(lease.session()) : null;
        if (session == null) {
            policy.count(lease.id());
        } else {
            session.leases().forEach(policy::count);
        }
        return policy;
    }

    /** Which budget would be exceeded, in words; empty when none would. */
    String excess() {
        Settings settings = draft.settings();
        for (Map.Entry<ServiceName, Integer> loss : losses.entrySet()) {
            Budget budget = budget(loss.getKey());
            if (budget != null && !budget.allows(loss.getValue(), settings.getExpiryBudgetPercent())) {
                return "service " + loss.getKey() + ": " + loss.getValue() + " more of " + budget.sizeAtStart()
                        + " instances would expire after " + budget.expired() + ", above "
                        + settings.getExpiryBudgetPercent() + " % within " + settings.getExpiryWindowMillis() + " ms";
            }
        }
        return "";
    }

    /** Takes the losses from the budgets. */
    void spend() {
        losses.forEach((service, count) -> {
            Budget budget = budget(service);
            if (budget != null) {
                draft.catalog = draft.catalog.with(service, budget.spend(count));
            }
        });
    }

    private void count(long lease) {
        for (Key key : draft.leases.keys(lease)) {
            losses.merge(key.service(), 1, Integer::sum);
        }
    }

    /** The running window, or the one that would begin now; null when the service is too small to have one. */
    private @Nullable Budget budget(ServiceName name) {
        Settings settings = draft.settings();
        ServiceEntry service = draft.catalog.service(name);
        if (service == null) {
            return null;
        }
        Budget running = service.budget();
        if (running != null && running.runs(draft.clockMillis(), settings.getExpiryWindowMillis())) {
            return running;
        }
        return service.leased() >= settings.getExpiryBudgetMinInstances()
                ? new Budget(draft.clockMillis(), service.leased(), 0)
                : null;
    }
}
