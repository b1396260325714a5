// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.ServiceInstance;
import dev.muster.client.WriteResult;
import dev.muster.testing.history.History;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A client that registers, changes, removes and looks up instances that others fight for, too. What it registers has no
 * lease; what it changes and removes goes through its session. For one thread.
 */
final class Registrar {
    private static final String VALUE = "value";

    private final String name;
    private final MusterClient client;
    private final List<Slot> slots;
    private final History history;
    private final Random random;
    private final boolean readsOnly;
    private final Map<String, Seen> seen = new HashMap<>();
    private int values;

    Registrar(String name, MusterClient client, List<Slot> slots, History history, Random random, boolean readsOnly) {
        this.name = name;
        this.client = client;
        this.slots = slots;
        this.history = history;
        this.random = random;
        this.readsOnly = readsOnly;
    }

    /** What a lookup showed: the value, and the revision that stands for it in a condition. */
    private record Seen(String value, long modifyRevision) {}

    /** Makes the next call. */
    void call() {
        Slot slot = slots.get(random.nextInt(slots.size()));
        InstanceKey key = InstanceKey.of(slot.service(), slot.nextId());
        int choice = readsOnly ? 0 : random.nextInt(10);
        if (choice < 3) {
            get(key);
        } else if (choice < 6) {
            put(slot, key);
        } else if (choice < 8) {
            cas(slot, key);
        } else if (choice < 9) {
            remove(slot, key);
        } else {
            get(key);
        }
    }

    private void get(InstanceKey key) {
        History.Pending call = history.begin(name, Kind.GET, name(key), "", "");
        try {
            LookupResult result =
                    client.lookup(LookupQuery.of(key.service()).id(key.id()).withNotServing());
            String value = "";
            seen.remove(name(key));
            for (ServiceInstance instance : result.instances()) {
                value = instance.metadata().getOrDefault(VALUE, "none");
                seen.put(name(key), new Seen(value, instance.listing().modifyRevision()));
            }
            call.ok(value, result.position().revision());
        } catch (MusterException e) {
            call.failed(Outcome.REFUSED);
        }
    }

    private void put(Slot slot, InstanceKey key) {
        String value = nextValue();
        History.Pending call = history.begin(name, Kind.PUT, name(key), value, "");
        ServiceInstance instance =
                ServiceInstance.of(key).endpoint("grpc", "10.0.0.1", 8080).metadata(VALUE, value);
        end(slot, call, () -> client.writeDirect(Change.register(instance)));
    }

    private void cas(Slot slot, InstanceKey key) {
        Seen before = seen.get(name(key));
        if (before == null) {
            get(key);
            return;
        }
        String value = nextValue();
        History.Pending call = history.begin(name, Kind.CAS, name(key), value, before.value());
        InstanceUpdate update = InstanceUpdate.none().metadata(Map.of(VALUE, value));
        end(slot, call, () -> client.write(new Change.Update(key, update, 0, before.modifyRevision())));
    }

    private void remove(Slot slot, InstanceKey key) {
        History.Pending call = history.begin(name, Kind.REMOVE, name(key), "", "");
        end(slot, call, () -> client.write(Change.deregister(key)));
    }

    private static void end(Slot slot, History.Pending call, java.util.function.Supplier<WriteResult> write) {
        try {
            call.ok("", write.get().position().revision());
        } catch (MusterException e) {
            Outcome outcome = outcome(e);
            if (outcome == Outcome.UNKNOWN) {
                slot.unknown();
            }
            call.failed(outcome);
        }
    }

    private static Outcome outcome(MusterException e) {
        if (e.fate() != Fate.NOT_APPLIED) {
            return Outcome.UNKNOWN;
        }
        return switch (e.reason()) {
            case NOT_FOUND -> Outcome.ABSENT;
            case CONFLICT -> Outcome.CONFLICT;
            default -> Outcome.REFUSED;
        };
    }

    private String nextValue() {
        values++;
        return name + "-" + values;
    }

    private static String name(InstanceKey key) {
        return key.service() + "/" + key.id();
    }
}
