// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import dev.muster.internal.v1.Command;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.Consistency;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ValidationTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "web", "web-1", "a.b_c-d", "0.0"})
    void namesOfTheAlphabetPass(String name) {
        assertThatCode(() -> Validation.register(withId(name))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "A", "a b", "a/b", "-a", "a-", ".a", "a.", "_", "a..b", "\u00e4", "a\n", "a\u0000", "\ud800"
            })
    void otherNamesAreRefused(String name) {
        assertInvalid(() -> Validation.register(withId(name)), "instance.key.id: ");
    }

    @Test
    void namesAreBounded() {
        assertThatCode(() -> Validation.register(withId("a".repeat(128)))).doesNotThrowAnyException();
        assertInvalid(() -> Validation.register(withId("a".repeat(129))), "(expected: 1 to 128 of a-z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "web.example",
                "WEB",
                "a_b",
                "::1",
                "2001:DB8::1",
                "::ffff:10.0.0.1",
                "x--y",
                "web.example."
            })
    void hostsThatCanBeReachedPass(String host) {
        assertThatCode(() -> Validation.register(withEndpoint(endpoint().setHost(host))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0.0.0.0",
                "::",
                "0:0:0:0:0:0:0:0",
                "::0",
                "0",
                "[::1]",
                "a b",
                "a/b",
                "a@b",
                "fe80::1%eth0",
                "a..b",
                "-a",
                ".a",
                "a\n",
                "\u202eb",
                "\u00e4.example"
            })
    void otherHostsAreRefused(String host) {
        assertInvalid(
                () -> Validation.register(withEndpoint(endpoint().setHost(host))), "instance.endpoints[0].host: ");
    }

    @Test
    void hostsAreBounded() {
        assertInvalid(
                () -> Validation.register(withEndpoint(endpoint().setHost("a".repeat(254)))), "1 to 253 characters");
    }

    @Test
    void endpointsAreBoundedAndTheirNamesUnique() {
        assertInvalid(
                () -> Validation.register(RegisterRequest.newBuilder()
                        .setInstance(instance().clearEndpoints())
                        .build()),
                "instance.endpoints: 0 (expected: 1 to 16)");
        Instance.Builder many = instance();
        for (int i = 0; i < 16; i++) {
            many.addEndpoints(endpoint().setName("e" + i));
        }
        assertInvalid(
                () -> Validation.register(
                        RegisterRequest.newBuilder().setInstance(many).build()),
                "instance.endpoints: 17 (expected: 1 to 16)");
        assertInvalid(
                () -> Validation.register(RegisterRequest.newBuilder()
                        .setInstance(instance().addEndpoints(endpoint()))
                        .build()),
                "instance.endpoints[1].name: \"grpc\" (expected: each name once)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\tb", "a\nb", "\u0000", "\u007f", "\u0085", "\u2028", "\u202a", "\u2069", "\u200f", "\ud800",
                "\udc00x", "\ufeff"
            })
    void textThatDoesNotPrintIsRefused(String text) {
        assertInvalid(() -> Validation.register(request(instance().setZone(text))), "instance.zone: ");
        assertInvalid(() -> Validation.register(request(instance().putMetadata("k", text))), "instance.metadata[k]: ");
        assertInvalid(() -> Validation.clientName(text), "client_name: ");
    }

    @Test
    void textInAnyLanguagePasses() {
        assertThatCode(() -> Validation.register(request(instance()
                        .setZone("B\u00fcro \u6771\u4eac \ud83d\ude00".concat("x".repeat(100)))
                        .putMetadata("\u0646\u0635", "\u05d0"))))
                .doesNotThrowAnyException();
    }

    @Test
    void charactersAreCountedAsPeopleDo() {
        assertThatCode(() -> Validation.clientName("\ud83d\ude00".repeat(128))).doesNotThrowAnyException();
        assertInvalid(() -> Validation.clientName("\ud83d\ude00".repeat(129)), "at most 128 characters");
    }

    @Test
    void metadataIsBounded() {
        Instance.Builder many = instance();
        for (int i = 0; i <= 64; i++) {
            many.putMetadata("k" + i, "");
        }
        assertInvalid(() -> Validation.register(request(many)), "instance.metadata: \"65 pairs\"");
        assertThatCode(() -> Validation.register(request(instance().putMetadata("k", "v".repeat(4095)))))
                .doesNotThrowAnyException();
        assertInvalid(
                () -> Validation.register(request(instance().putMetadata("k", "v".repeat(4096)))),
                "instance.metadata: \"4097 bytes\" (expected: at most 4096 bytes together)");
        assertInvalid(() -> Validation.register(request(instance().putMetadata("", "v"))), "instance.metadata key: ");
        assertInvalid(
                () -> Validation.register(request(instance().putMetadata("k".repeat(129), "v"))),
                "instance.metadata key: ");
    }

    @Test
    void aBatchIsBounded() {
        assertInvalid(() -> Validation.batch(BatchRequest.getDefaultInstance()), "changes: 0 (expected: 1 to 128)");
        BatchRequest.Builder many = BatchRequest.newBuilder();
        for (int i = 0; i < 129; i++) {
            many.addChanges(Change.newBuilder().setRegister(withId("i" + i)));
        }
        assertInvalid(() -> Validation.batch(many.build()), "changes: 129 (expected: 1 to 128)");
        assertInvalid(
                () -> Validation.batch(BatchRequest.newBuilder()
                        .addChanges(Change.newBuilder().setRegister(withId("a")))
                        .addChanges(Change.newBuilder()
                                .setRegister(RegisterRequest.newBuilder()
                                        .setInstance(instance()
                                                .setKey(InstanceKey.newBuilder()
                                                        .setNamespace("default")
                                                        .setService("web")
                                                        .setId("a")))))
                        .build()),
                "changes[1]: key: \"default/web/a\" (expected: each instance once)");
    }

    @Test
    void anOperationIsBounded() {
        RegisterRequest.Builder large = withId("a").toBuilder();
        BatchRequest.Builder batch = BatchRequest.newBuilder();
        large.getInstanceBuilder().putMetadata("k", "v".repeat(4_000));
        for (int i = 0; i < 20; i++) {
            large.getInstanceBuilder().getKeyBuilder().setId("i" + i);
            batch.addChanges(Change.newBuilder().setRegister(large));
        }
        assertInvalid(() -> Validation.batch(batch.build()), "(expected: at most 65536 bytes when encoded)");
    }

    @Test
    void unknownFieldsAreNotDroppedInSilence() {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        assertThatThrownBy(() -> Validation.register(request(instance().setUnknownFields(unknown))))
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.REASON_UNSUPPORTED))
                .hasMessageContaining("field 999 of instance");
        RegistryState state = Commands.cluster(Limits.defaultSettings());
        Command command = Commands.register(state, "web", "a").toBuilder()
                .setUnknownFields(unknown)
                .build();
        assertThat(Registry.apply(state, command).result().getError().getReason())
                .isEqualTo(Reason.REASON_UNSUPPORTED);
    }

    @Test
    void readsAreChecked() {
        assertThatCode(() -> Validation.lookup(
                        LookupRequest.newBuilder().setService("web").build()))
                .doesNotThrowAnyException();
        assertInvalid(() -> Validation.lookup(LookupRequest.getDefaultInstance()), "service: ");
        assertInvalid(
                () -> Validation.lookup(LookupRequest.newBuilder()
                        .setService("web")
                        .setRead(ReadOptions.newBuilder().setConsistency(Consistency.CONSISTENCY_BOUNDED))
                        .build()),
                "read.max_age_millis: 0 (expected: 1 to 3600000)");
        assertInvalid(
                () -> Validation.lookup(LookupRequest.newBuilder()
                        .setService("web")
                        .setRead(ReadOptions.newBuilder().setConsistencyValue(9))
                        .build()),
                "read.consistency: ");
        assertInvalid(
                () -> Validation.listServices(
                        ListServicesRequest.newBuilder().setPageSize(1_001).build()),
                "page_size: 1001 (expected: 0 to 1000)");
    }

    @Test
    void messagesAreShortAndPrintable() {
        assertThatThrownBy(() -> Validation.register(withId("\u202e\n" + "x".repeat(10_000))))
                .hasMessageStartingWith("REASON_INVALID: instance.key.id: \"\\u202e\\u000axxx")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    private static void assertInvalid(Runnable check, String message) {
        assertThatThrownBy(check::run)
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.REASON_INVALID))
                .hasMessageContaining(message);
    }

    private static Instance.Builder instance() {
        return Commands.instance("web", "a").toBuilder();
    }

    private static Endpoint.Builder endpoint() {
        return Commands.instance("web", "a").getEndpoints(0).toBuilder();
    }

    private static RegisterRequest request(Instance.Builder instance) {
        return RegisterRequest.newBuilder().setInstance(instance).build();
    }

    private static RegisterRequest withId(String id) {
        return request(Commands.instance("web", id).toBuilder());
    }

    private static RegisterRequest withEndpoint(Endpoint.Builder endpoint) {
        return request(instance().clearEndpoints().addEndpoints(endpoint));
    }
}
