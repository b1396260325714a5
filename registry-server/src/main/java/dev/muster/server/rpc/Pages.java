// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.common.io.BaseEncoding;
import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.key.ServiceName;
import dev.muster.v1.Header;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.ServiceSummary;
import java.nio.charset.StandardCharsets;

/**
 * Pages through the names of services. A page goes on behind the last name of the one before, so no service that exists
 * all the time is left out or shown twice. Stateless, thus thread-safe.
 */
final class Pages {
    private static final BaseEncoding TOKEN = BaseEncoding.base64Url().omitPadding();
    /** Cannot stand in a name. */
    private static final char SEPARATOR = '/';

    private Pages() {}

    /** The name behind which the page begins; a {@link Rejection} if the token is none of ours. */
    static ServiceName start(ListServicesRequest request) {
        if (request.getPageToken().isEmpty()) {
            return new ServiceName(request.getNamespace(), "");
        }
        try {
            String name = new String(TOKEN.decode(request.getPageToken()), StandardCharsets.UTF_8);
            int separator = name.indexOf(SEPARATOR);
            if (separator > 0) {
                return new ServiceName(name.substring(0, separator), name.substring(separator + 1));
            }
        } catch (IllegalArgumentException notOurs) {
            throw badToken(request);
        }
        throw badToken(request);
    }

    static ListServicesResponse answer(RegistryState state, ListServicesRequest request, Header header) {
        int size = request.getPageSize() == 0 ? Limits.DEFAULT_PAGE_SIZE : request.getPageSize();
        ServiceName after = start(request);
        ListServicesResponse.Builder page = ListServicesResponse.newBuilder().setHeader(header);
        for (ServiceEntry service : state.catalog().servicesAfter(after.namespace(), after.service())) {
            if (!request.getNamespace().isEmpty() && !request.getNamespace().equals(service.namespace())) {
                break;
            }
            if (service.size() == 0) {
                continue;
            }
            if (page.getServicesCount() == size) {
                return page.setNextPageToken(token(page.getServices(size - 1))).build();
            }
            page.addServices(summary(state, service));
        }
        return page.build();
    }

    private static ServiceSummary summary(RegistryState state, ServiceEntry service) {
        return ServiceSummary.newBuilder()
                .setNamespace(service.namespace())
                .setService(service.service())
                .setInstances(service.size())
                .setServing(service.serving())
                .setHeld(Lookups.held(state, service))
                .setRevision(service.revision())
                .build();
    }

    private static String token(ServiceSummary last) {
        String name = last.getNamespace() + SEPARATOR + last.getService();
        return TOKEN.encode(name.getBytes(StandardCharsets.UTF_8));
    }

    private static Rejection badToken(ListServicesRequest request) {
        return Rejection.invalid(
                "page_token", request.getPageToken(), "next_page_token of the page before, or nothing");
    }
}
