// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What shall change of an instance; the rest stays. Immutable: each method that takes a value returns a changed copy.
 * For instance {@code InstanceUpdate.none().status(DRAINING).weight(10)}.
 */
public final class InstanceUpdate {
    private static final InstanceUpdate NONE = new InstanceUpdate(null, null, null);

    private final @Nullable InstanceStatus status;
    private final @Nullable Integer weight;
    private final @Nullable Map<String, String> metadata;

    private InstanceUpdate(
            @Nullable InstanceStatus status, @Nullable Integer weight, @Nullable Map<String, String> metadata) {
        this.status = status;
        this.weight = weight;
        this.metadata = metadata;
    }

    /** Changes nothing yet. */
    public static InstanceUpdate none() {
        return NONE;
    }

    /** Changes the status. */
    public InstanceUpdate status(InstanceStatus newStatus) {
        return new InstanceUpdate(Objects.requireNonNull(newStatus), weight, metadata);
    }

    /** Changes the weight, 0 to 65535. */
    public InstanceUpdate weight(int newWeight) {
        return new InstanceUpdate(status, ServiceInstance.checkWeight(newWeight), metadata);
    }

    /** Replaces all metadata. */
    public InstanceUpdate metadata(Map<String, String> all) {
        return new InstanceUpdate(status, weight, ServiceInstance.sorted(all));
    }

    /** The new status, if that changes. */
    public Optional<InstanceStatus> status() {
        return Optional.ofNullable(status);
    }

    /** The new weight, if that changes. */
    public OptionalInt weight() {
        return weight == null ? OptionalInt.empty() : OptionalInt.of(weight);
    }

    /** The new metadata, if that changes. */
    public Optional<Map<String, String>> metadata() {
        return Optional.ofNullable(metadata);
    }

    /** The instance after this update. */
    public ServiceInstance applyTo(ServiceInstance instance) {
        ServiceInstance updated = status == null ? instance : instance.status(status);
        updated = weight == null ? updated : updated.weight(weight);
        return metadata == null ? updated : updated.metadata(metadata);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InstanceUpdate that
                && status == that.status
                && Objects.equals(weight, that.weight)
                && Objects.equals(metadata, that.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(status, weight, metadata);
    }

    @Override
    public String toString() {
        return "status=" + status + " weight=" + weight + " metadata=" + metadata;
    }
}
