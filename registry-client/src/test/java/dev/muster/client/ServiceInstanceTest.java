// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ServiceInstanceTest {
    private final ServiceInstance plain = ServiceInstance.of("orders", "orders-1");

    @Test
    void freshInstanceIsUpWithTheUsualWeightAndNothingElse() {
        assertThat(plain.status()).isEqualTo(InstanceStatus.UP);
        assertThat(plain.weight()).isEqualTo(100);
        assertThat(plain.endpoints()).isEmpty();
        assertThat(plain.metadata()).isEmpty();
        assertThat(plain.namespace()).isEmpty();
        assertThat(plain.listing()).isEqualTo(Listing.NONE);
    }

    @Test
    void changedCopyLeavesTheOriginalAlone() {
        ServiceInstance changed = plain.endpoint("grpc", "10.0.0.5", 8080)
                .namespace("prod")
                .zone("z1")
                .weight(7)
                .version("1.2")
                .metadata("a", "b")
                .status(InstanceStatus.DRAINING)
                .listing(new Listing(1, 2, 3, 4, Instant.EPOCH));

        assertThat(plain).isEqualTo(ServiceInstance.of("orders", "orders-1")).isNotEqualTo(changed);
        assertThat(changed.key()).isEqualTo(new InstanceKey("prod", "orders", "orders-1"));
        assertThat(changed.endpoint("grpc").address()).isEqualTo("10.0.0.5:8080");
        assertThat(changed.endpoint("grpc").protocol()).isEqualTo("grpc");
        assertThat(changed.zone()).isEqualTo("z1");
        assertThat(changed.weight()).isEqualTo(7);
        assertThat(changed.version()).isEqualTo("1.2");
        assertThat(changed.metadata()).containsExactly(Map.entry("a", "b"));
        assertThat(changed.status()).isEqualTo(InstanceStatus.DRAINING);
        assertThat(changed.listing().incarnation()).isEqualTo(2);
        assertThat(changed).hasToString("prod/orders/orders-1 DRAINING [10.0.0.5:8080]");
    }

    @Test
    void givenMetadataIsCopied() {
        Map<String, String> given = new HashMap<>(Map.of("a", "b"));
        ServiceInstance instance = plain.metadata(given);
        given.put("c", "d");

        assertThat(instance.metadata()).containsOnlyKeys("a");
        assertThatThrownBy(() -> instance.metadata().put("c", "d")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void missingEndpointIsNamedWithThoseThatAreThere() {
        ServiceInstance instance = plain.endpoint("grpc", "::1", 8080);

        assertThat(instance.endpoint("grpc").address()).isEqualTo("[::1]:8080");
        assertThatThrownBy(() -> instance.endpoint("http"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("endpoint http of orders/orders-1 (it has: [grpc])");
    }

    @Test
    void numbersOutOfRangeAreRefusedWithTheRange() {
        assertThatThrownBy(() -> plain.weight(65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> plain.endpoint("grpc", "h", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port of endpoint grpc: 0 (expected: 1 to 65535)");
        assertThatThrownBy(() -> Change.register(plain.weight(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 1 to 65535");
    }

    @Test
    void updateChangesOnlyWhatItNames() {
        ServiceInstance before = plain.weight(5).metadata("a", "b").zone("z1");

        assertThat(InstanceUpdate.none().applyTo(before)).isEqualTo(before);
        assertThat(InstanceUpdate.none().status(InstanceStatus.DOWN).applyTo(before))
                .isEqualTo(before.status(InstanceStatus.DOWN));
        assertThat(InstanceUpdate.none().weight(6).metadata(Map.of("c", "d")).applyTo(before))
                .isEqualTo(before.weight(6).metadata(Map.of("c", "d")));
    }
}
