// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupResult;
import dev.muster.client.ServiceInstance;
import java.util.Locale;
import java.util.stream.Collectors;

/** How instances are shown. Stateless. */
public final class InstanceView {
    /** One instance of a service that the reader knows. */
    public static final Columns<ServiceInstance> COLUMNS = Columns.<ServiceInstance>none()
            .text("ID", ServiceInstance::id)
            .text("STATUS", InstanceView::status)
            .text("ENDPOINTS", InstanceView::endpoints)
            .text("ZONE", ServiceInstance::zone)
            .number("WEIGHT", instance -> Integer.toString(instance.weight()))
            .text("VERSION", ServiceInstance::version)
            .number("LEASE", InstanceView::lease)
            .number(
                    "INCARNATION",
                    instance -> Long.toUnsignedString(instance.listing().incarnation()))
            .number(
                    "REVISION",
                    instance -> Long.toUnsignedString(instance.listing().modifyRevision()))
            .time("REGISTERED", instance -> instance.listing().registeredAt())
            .remark("METADATA", InstanceView::metadata);

    private InstanceView() {}

    /** The document of a lookup. */
    public static JsonObject document(String namespace, String service, LookupResult result) {
        JsonFields fields = new JsonFields().text("namespace", namespace).text("service", service);
        return Positions.put(fields, result.position())
                .millis("ageMillis", result.age())
                .flag("known", result.known())
                .number("notServing", result.notServing())
                .number("held", result.held())
                .array(
                        "instances",
                        result.instances().stream().map(InstanceView::json).toList())
                .toObject();
    }

    /** One instance with all that is known of it. */
    public static JsonObject json(ServiceInstance instance) {
        return key(instance.key())
                .text("status", status(instance))
                .array(
                        "endpoints",
                        instance.endpoints().stream().map(InstanceView::json).toList())
                .text("zone", instance.zone())
                .number("weight", instance.weight())
                .text("version", instance.version())
                .pairs("metadata", instance.metadata())
                .number("lease", instance.listing().lease())
                .number("incarnation", instance.listing().incarnation())
                .number("createRevision", instance.listing().createRevision())
                .number("modifyRevision", instance.listing().modifyRevision())
                .time("registeredAt", instance.listing().registeredAt())
                .toObject();
    }

    /** The identity of an instance. */
    public static JsonFields key(InstanceKey key) {
        return new JsonFields()
                .text("namespace", key.namespace())
                .text("service", key.service())
                .text("id", key.id());
    }

    /** What the instance says of itself. */
    static String status(ServiceInstance instance) {
        return instance.status().name().toLowerCase(Locale.ROOT);
    }

    /** All endpoints in the form in which they are registered. */
    static String endpoints(ServiceInstance instance) {
        return instance.endpoints().stream()
                .map(endpoint -> endpoint.name() + "=" + endpoint.protocol() + "://" + endpoint.address())
                .collect(Collectors.joining(","));
    }

    private static String metadata(ServiceInstance instance) {
        return instance.metadata().entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining(","));
    }

    private static String lease(ServiceInstance instance) {
        long lease = instance.listing().lease();
        return lease == 0 ? "" : Long.toUnsignedString(lease);
    }

    private static JsonObject json(Endpoint endpoint) {
        return new JsonFields()
                .text("name", endpoint.name())
                .text("protocol", endpoint.protocol())
                .text("host", endpoint.host())
                .number("port", endpoint.port())
                .toObject();
    }
}
