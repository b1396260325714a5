// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.ServiceSummary;
import dev.muster.v1.ListServicesResponse;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The list of services as a stream that fetches the next page when the one before is used up. For one thread. */
final class ServicePages extends Spliterators.AbstractSpliterator<ServiceSummary> {
    static final int PAGE_SIZE = 1000;

    private final Function<String, ListServicesResponse> fetch;
    private final Queue<dev.muster.v1.ServiceSummary> page = new ArrayDeque<>();
    private String token = "";
    private boolean last;

    private ServicePages(Function<String, ListServicesResponse> fetch) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.fetch = fetch;
    }

    /** All pages, each fetched by its token; the first one's is empty. */
    static Stream<ServiceSummary> stream(Function<String, ListServicesResponse> fetch) {
        return StreamSupport.stream(new ServicePages(fetch), false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super ServiceSummary> action) {
        while (page.isEmpty() && !last) {
            ListServicesResponse next = fetch.apply(token);
            page.addAll(next.getServicesList());
            token = next.getNextPageToken();
            last = token.isEmpty();
        }
        dev.muster.v1.ServiceSummary summary = page.poll();
        if (summary == null) {
            return false;
        }
        action.accept(Wire.summary(summary));
        return true;
    }
}
