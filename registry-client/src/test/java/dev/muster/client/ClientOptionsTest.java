// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientOptionsTest {
    @Test
    void defaultsAreThese() {
        assertThat(ClientOptions.DEFAULT_NAMESPACE).isEqualTo("default");
        assertThat(ClientOptions.DEFAULT_SESSION_TTL).isEqualTo(Duration.ofSeconds(10));
        assertThat(ClientOptions.DEFAULT_REQUEST_TIMEOUT).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7440", "localhost:1", "[::1]:7440", "node_1.example:65535"})
    void endpointsAreHostAndPort(String endpoint) {
        assertThat(options(endpoint, 10_000, 10_000).endpoints()).containsExactly(endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", ":7440", "localhost:", "localhost:0", "localhost:65536", "http://h:7440"})
    void otherEndpointsAreRefusedWithAnExample(String endpoint) {
        assertThatThrownBy(() -> options(endpoint, 10_000, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpoint: " + endpoint + " (expected: host:port, for instance 127.0.0.1:7440)");
    }

    @Test
    void timesOutOfRangeAreRefusedWithTheRange() {
        assertThatThrownBy(() -> options("h:1", 999, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sessionTtl: 999 ms (expected: 1000 to 3600000 ms)");
        assertThatThrownBy(() -> options("h:1", 10_000, 3_600_001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("requestTimeout: 3600001 ms (expected: 10 to 3600000 ms)");
    }

    @Test
    void someEndpointIsNeeded() {
        assertThatThrownBy(MusterClient::connect)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one node");
    }

    @Test
    void connectingDoesNotWaitForTheRegistry() {
        try (MusterClient muster = MusterClient.builder()
                .endpoints("127.0.0.1:1")
                .requestTimeout(Duration.ofMillis(50))
                .connect()) {
            MusterException failure = org.assertj.core.api.Assertions.catchThrowableOfType(
                    MusterException.class, () -> muster.lookup("orders"));
            assertThat(failure.reason()).isEqualTo(MusterException.Reason.UNAVAILABLE);
        }
    }

    private static ClientOptions options(String endpoint, long ttlMillis, long timeoutMillis) {
        return new ClientOptions(
                List.of(endpoint),
                "test",
                "default",
                Duration.ofMillis(ttlMillis),
                Duration.ofMillis(timeoutMillis),
                Optional.empty());
    }
}
