// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Change;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.ServiceInstance;
import dev.muster.v1.Instance;
import dev.muster.v1.Request;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireTest {
    private final ServiceInstance full = ServiceInstance.of(InstanceKey.of("prod", "orders", "orders-1"))
            .endpoint(new Endpoint("api", "http", "10.0.0.5", 8080))
            .endpoint("grpc", "10.0.0.5", 9090)
            .zone("z1")
            .weight(7)
            .version("1.2")
            .metadata("a", "b")
            .status(InstanceStatus.STARTING);

    @Test
    void instanceComesBackAsItWent() {
        Instance wire = Wire.register(Change.register(full), "default").getInstance();

        assertThat(Wire.instance(wire)).isEqualTo(full);
    }

    @ParameterizedTest
    @EnumSource(InstanceStatus.class)
    void everyStatusComesBack(InstanceStatus status) {
        Instance wire =
                Wire.register(Change.register(full.status(status)), "default").getInstance();

        assertThat(Wire.instance(wire).status()).isEqualTo(status);
    }

    @Test
    void statusThatIsNotKnownDoesNotServe() {
        Instance newer = FakeWatch.instance("a").toBuilder().setStatusValue(99).build();

        assertThat(Wire.instance(newer).status()).isEqualTo(InstanceStatus.DOWN);
    }

    @Test
    void whatTheRegistryAddsIsShown() {
        Instance listed = FakeWatch.instance("a").toBuilder()
                .setLease(1)
                .setIncarnation(2)
                .setCreateRevision(3)
                .setModifyRevision(4)
                .setRegisteredAtMillis(5)
                .build();

        assertThat(Wire.instance(listed).listing())
                .isEqualTo(new dev.muster.client.Listing(1, 2, 3, 4, Instant.ofEpochMilli(5)));
    }

    @Test
    void emptyNamespaceIsTheClientsOwn() {
        Change.Deregister change = Change.deregister(InstanceKey.of("orders", "orders-1"));

        assertThat(Wire.request(change, "prod").getDeregister().getKey().getNamespace())
                .isEqualTo("prod");
    }

    @Test
    void updateCarriesOnlyWhatChanges() {
        UpdateRequest status = Wire.request(
                        Change.update(full.key(), InstanceUpdate.none().status(InstanceStatus.DOWN)), "default")
                .getUpdate();
        UpdateRequest rest = Wire.request(
                        new Change.Update(
                                full.key(), InstanceUpdate.none().weight(0).metadata(Map.of()), 8, 9),
                        "default")
                .getUpdate();

        assertThat(status.getStatus()).isEqualTo(Status.STATUS_DOWN);
        assertThat(status.hasWeight()).isFalse();
        assertThat(status.hasMetadata()).isFalse();
        assertThat(rest.hasStatus()).isFalse();
        assertThat(rest.hasWeight()).isTrue();
        assertThat(rest.hasMetadata()).isTrue();
        assertThat(rest.getIncarnation()).isEqualTo(8);
        assertThat(rest.getExpectedModifyRevision()).isEqualTo(9);
    }

    @Test
    void batchKeepsItsOrder() {
        Request.Builder request = Wire.request(
                List.of(
                        new Change.Register(full, 3),
                        Change.deregister(InstanceKey.of("a", "1")),
                        Change.update(InstanceKey.of("b", "2"), InstanceUpdate.none())),
                "default");

        assertThat(request.getBatch().getChangesList())
                .extracting(dev.muster.v1.Change::getChangeCase)
                .containsExactly(
                        dev.muster.v1.Change.ChangeCase.REGISTER,
                        dev.muster.v1.Change.ChangeCase.DEREGISTER,
                        dev.muster.v1.Change.ChangeCase.UPDATE);
        assertThat(request.getBatch().getChanges(0).getRegister().getSupersedes())
                .isEqualTo(3);
    }
}
