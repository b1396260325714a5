// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one endpoint answered, or why it did not. Immutable. */
public final class NodeAnswer<T> {
    private final String endpoint;
    private final @Nullable T answer;
    private final @Nullable MusterException failure;

    private NodeAnswer(String endpoint, @Nullable T answer, @Nullable MusterException failure) {
        this.endpoint = endpoint;
        this.answer = answer;
        this.failure = failure;
    }

    /** The endpoint answered. */
    public static <T> NodeAnswer<T> of(String endpoint, T answer) {
        return new NodeAnswer<>(endpoint, answer, null);
    }

    /** The endpoint did not answer. */
    public static <T> NodeAnswer<T> failed(String endpoint, MusterException failure) {
        return new NodeAnswer<>(endpoint, null, failure);
    }

    /** {@code host:port}, as the client was given it. */
    public String endpoint() {
        return endpoint;
    }

    /** The answer, if there is one. */
    public Optional<T> answer() {
        return Optional.ofNullable(answer);
    }

    /** Why there is no answer, if there is none. */
    public Optional<MusterException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public String toString() {
        return endpoint + ": " + (failure == null ? answer : failure);
    }
}
