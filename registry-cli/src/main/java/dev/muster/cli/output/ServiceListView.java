// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.ServiceSummary;
import java.util.List;

/** How the list of services is shown. Stateless. */
public final class ServiceListView {
    /** One service. */
    public static final Columns<ServiceSummary> COLUMNS = Columns.<ServiceSummary>none()
            .text("NAMESPACE", ServiceSummary::namespace)
            .text("SERVICE", ServiceSummary::service)
            .number("INSTANCES", service -> Integer.toString(service.instances()))
            .number("SERVING", service -> Integer.toString(service.serving()))
            .number("HELD", service -> Integer.toString(service.held()))
            .number("REVISION", service -> Long.toUnsignedString(service.revision()));

    private ServiceListView() {}

    /** The document of all services. */
    public static JsonObject document(List<ServiceSummary> services) {
        return new JsonFields()
                .array("services", services.stream().map(ServiceListView::json).toList())
                .toObject();
    }

    private static JsonObject json(ServiceSummary service) {
        return new JsonFields()
                .text("namespace", service.namespace())
                .text("service", service.service())
                .number("instances", service.instances())
                .number("serving", service.serving())
                .number("held", service.held())
                .number("revision", service.revision())
                .toObject();
    }
}
