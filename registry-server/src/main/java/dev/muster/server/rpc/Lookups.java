// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.UnknownFieldSet;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.key.ServiceName;
import dev.muster.core.lease.Lease;
import dev.muster.v1.Header;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers lookups from a state. The list of a service is put together once for each change of it and then shared by all
 * who ask. Thread-safe.
 *
 * <p>Instances go into the answer as the bytes that they are at rest: they are among its unknown fields, under their
 * number, which is the same on the wire. Nothing is parsed or encoded to be read by somebody else.
 */
final class Lookups {
    /** Services whose list is kept; beyond that all are dropped and made again as they are asked for. */
    private static final int MAX_KEPT = 4_096;

    private record Question(ServiceName service, boolean all) {}

    /** The answer but for its header and the held ones, which change without the service. */
    private record Kept(ServiceEntry of, LookupResponse answer) {}

    private final Map<Question, Kept> kept = new ConcurrentHashMap<>();

    LookupResponse answer(RegistryState state, LookupRequest request, Header header) {
        ServiceName name = ServiceName.of(request.getNamespace(), request.getService());
        ServiceEntry service = state.catalog().service(name);
        if (service == null) {
            return LookupResponse.newBuilder().setHeader(header).build();
        }
        LookupResponse answer = request.getId().isEmpty()
                ? whole(new Question(name, request.getAll()), service)
                : one(service, request.getId(), request.getAll());
        return answer.toBuilder()
                .setHeader(header)
                .setHeld(held(state, service, request))
                .build();
    }

    /** How many instances of the service are listed although their lease ran out. */
    static int held(RegistryState state, ServiceEntry service) {
        int held = 0;
        if (state.leases().heldCount() > 0) {
            for (InstanceRecord instance : service.unordered()) {
                held += isHeld(state, instance) ? 1 : 0;
            }
        }
        return held;
    }

    private static int held(RegistryState state, ServiceEntry service, LookupRequest request) {
        int held = 0;
        if (state.leases().heldCount() > 0) {
            for (InstanceRecord instance : service.unordered()) {
                boolean shown = shows(instance, request.getAll())
                        && (request.getId().isEmpty() || request.getId().equals(instance.id()));
                held += shown && isHeld(state, instance) ? 1 : 0;
            }
        }
        return held;
    }

    private LookupResponse whole(Question question, ServiceEntry service) {
        Kept known = kept.get(question);
        if (known != null && known.of() == service) {
            return known.answer();
        }
        LookupResponse made = list(service, service.instances(), question.all());
        if (kept.size() >= MAX_KEPT) {
            kept.clear();
        }
        kept.put(question, new Kept(service, made));
        return made;
    }

    private static LookupResponse one(ServiceEntry service, String id, boolean all) {
        InstanceRecord instance = service.instance(id);
        return list(service, instance == null ? List.of() : List.of(instance), all);
    }

    private static LookupResponse list(ServiceEntry service, Iterable<InstanceRecord> instances, boolean all) {
        UnknownFieldSet.Field.Builder shown = UnknownFieldSet.Field.newBuilder();
        int notServing = 0;
        for (InstanceRecord instance : instances) {
            if (shows(instance, all)) {
                shown.addLengthDelimited(instance.encoded());
            } else {
                notServing++;
            }
        }
        return LookupResponse.newBuilder()
                .setKnown(service.size() > 0)
                .setNotServing(notServing)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(LookupResponse.INSTANCES_FIELD_NUMBER, shown.build())
                        .build())
                .build();
    }

    private static boolean shows(InstanceRecord instance, boolean all) {
        return all || instance.serving();
    }

    private static boolean isHeld(RegistryState state, InstanceRecord instance) {
        @Nullable Lease lease = instance.lease() == 0 ? null : state.leases().get(instance.lease());
        return lease != null && lease.held();
    }
}
