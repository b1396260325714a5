// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.roll;

import dev.muster.client.Change;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the units registered as they are wished to be, in the session of the keeper's client. Who wishes never waits: the
 * newest wish of each unit is fulfilled on a thread of its own, now or when the registry is back. Safe for any thread.
 *
 * <p>Closing it leaves the registrations to the session: they stay listed until its lease runs out, so that the keeper
 * that comes next can claim them.
 */
public final class Roll implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Roll.class);

    private final MusterClient client;
    private final Claims claims;
    private final ExecutorService thread;
    private final Map<String, Optional<Wish>> wishes = new LinkedHashMap<>();
    /** Of the thread. */
    private final Map<String, Kept> kept = new HashMap<>();

    /** Hears of each claim, to keep it on the disk. */
    @FunctionalInterface
    public interface Claims {
        /** The registry accepted that start of the unit. */
        void claimed(String unit, long start, String claim);
    }

    /**
     * How a unit should be registered. Immutable.
     *
     * @param start of the unit; another one is another incarnation
     * @param instance in the wanted form
     * @param claim of the keeper before to this start, empty for none
     */
    public record Wish(long start, ServiceInstance instance, String claim) {}

    private record Kept(long start, Registration registration) {}

    /** A roll in a client's session. The client stays the caller's. */
    public Roll(MusterClient client, Claims claims) {
        this.client = client;
        this.claims = claims;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "muster-roll");
            made.setDaemon(true);
            return made;
        });
    }

    /** The unit shall be registered so; empty: not at all. Returns at once. */
    public void want(String unit, Optional<Wish> wish) {
        synchronized (wishes) {
            wishes.put(unit, wish);
        }
        thread.execute(this::fulfil);
    }

    /**
     * One registration shall take over from another: tells it in one batch, once. The future says whether the registry
     * did it, and fails when nobody knows.
     *
     * @param up may be called from then on
     * @param draining takes nothing new from then on; left out if it is not registered
     */
    public CompletableFuture<Boolean> swap(String up, String draining) {
        return CompletableFuture.supplyAsync(() -> swapNow(up, draining), thread);
    }

    private boolean swapNow(String up, String draining) {
        Kept next;
        Kept last;
        synchronized (kept) {
            next = kept.get(up);
            last = kept.get(draining);
        }
        if (next == null || next.registration.state() != Registration.State.REGISTERED) {
            return false;
        }
        List<Change> changes = new ArrayList<>(List.of(status(next.registration, InstanceStatus.UP)));
        if (last != null && last.registration.state() == Registration.State.REGISTERED) {
            changes.add(status(last.registration, InstanceStatus.DRAINING));
        }
        try {
            client.writeAll(changes);
        } catch (MusterException e) {
            if (e.fate() == MusterException.Fate.NOT_APPLIED) {
                LOG.info("{} is not listed in place of {} yet: {}", up, draining, e.getMessage());
                return false;
            }
            throw e;
        }
        // So that they are registered in this form again, should the session be lost.
        say(up, next.registration, InstanceStatus.UP);
        if (last != null) {
            say(draining, last.registration, InstanceStatus.DRAINING);
        }
        return true;
    }

    private static Change status(Registration registration, InstanceStatus status) {
        return Change.update(
                registration.instance().key(), InstanceUpdate.none().status(status));
    }

    /** How the unit's registration stands; empty when it has none. */
    public Optional<Registration.State> state(String unit) {
        synchronized (kept) {
            return Optional.ofNullable(kept.get(unit)).map(each -> each.registration.state());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void fulfil() {
        Map<String, Optional<Wish>> due;
        synchronized (wishes) {
            due = new LinkedHashMap<>(wishes);
            wishes.clear();
        }
        due.forEach((unit, wish) -> {
            try {
                fulfil(unit, wish);
            } catch (RuntimeException e) {
                LOG.error("unit {} cannot be registered as it should be", unit, e);
            }
        });
    }

    private void fulfil(String unit, Optional<Wish> wish) {
        Kept now;
        synchronized (kept) {
            now = kept.get(unit);
        }
        if (now != null && wish.filter(wanted -> wanted.start == now.start).isEmpty()) {
            synchronized (kept) {
                kept.remove(unit);
            }
            now.registration.close();
            wish.ifPresent(wanted -> begin(unit, wanted));
        } else if (now == null) {
            wish.ifPresent(wanted -> begin(unit, wanted));
        } else {
            say(unit, now.registration, wish.orElseThrow().instance.status());
        }
    }

    private void begin(String unit, Wish wish) {
        Registration registration = client.announce(wish.instance, wish.claim);
        synchronized (kept) {
            kept.put(unit, new Kept(wish.start, registration));
        }
        registration.onState(state -> {
            if (state == Registration.State.REGISTERED) {
                claims.claimed(unit, wish.start, registration.claim());
            }
        });
    }

    private static void say(String unit, Registration registration, InstanceStatus status) {
        if (registration.instance().status() != status && !registration.state().isFinal()) {
            var unused = registration
                    .updateAsync(InstanceUpdate.none().status(status))
                    .exceptionally(failure -> {
                        LOG.warn("unit {} is not {} in the registry yet: {}", unit, status, failure.getMessage());
                        return null;
                    });
        }
    }
}
