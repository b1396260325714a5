// SPDX-License-Identifier: Apache-2.0
package dev.muster.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Compares the schema with {@code src/test/resources/baseline.desc}, the schema as last recorded.
 *
 * <p>Record what was added with {@code ./mvnw -pl proto test -Dproto.baseline.update=true}. That only adds: after a
 * change that is not compatible it fails like any other run, and the file has to be deleted by hand before. After the
 * first release that is never right.
 */
final class SchemaCompatibilityTest {
    private static final String UPDATE = "proto.baseline.update";
    private static final Path BASELINE = Path.of("src/test/resources/baseline.desc");

    @Test
    void nothingRecordedIsChangedOrRemoved() throws IOException {
        FileDescriptorSet schema = Schema.set();
        if (Files.exists(BASELINE)) {
            assertThat(SchemaCompatibility.problems(baseline(), schema)).isEmpty();
        }
        if (Boolean.getBoolean(UPDATE)) {
            Files.write(BASELINE, schema.toByteArray());
        }
        assertThat(SchemaCompatibility.problems(schema, baseline()))
                .as("not recorded yet, and so not protected; record with -D" + UPDATE + "=true")
                .isEmpty();
    }

    @Test
    void everyKindOfBreakIsNamed() {
        assertThat(afterChangingRequest(request -> request.removeField(0)))
                .containsExactly("muster.v1.DeregisterRequest, field 1: removed (expected: muster.v1.InstanceKey key)");
        assertThat(afterChangingRequest(
                        request -> request.setField(1, incarnation(request).setName("version"))))
                .containsExactly("muster.v1.DeregisterRequest, field 2: uint64 version (expected: uint64 incarnation)");
        assertThat(afterChangingRequest(request ->
                        request.setField(1, incarnation(request).setType(FieldDescriptorProto.Type.TYPE_FIXED64))))
                .containsExactly(
                        "muster.v1.DeregisterRequest, field 2: fixed64 incarnation (expected: uint64 incarnation)");
        assertThat(afterChangingRequest(
                        request -> request.setField(1, incarnation(request).setNumber(3))))
                .containsExactly("muster.v1.DeregisterRequest, field 2: removed (expected: uint64 incarnation)");
        assertThat(afterChangingRequest(request -> request.setName("RemoveRequest")))
                .containsExactly("message muster.v1.DeregisterRequest: removed");
    }

    @Test
    void anAddedFieldIsCompatible() {
        assertThat(afterChangingRequest(request -> request.addField(
                        FieldDescriptorProto.newBuilder().setName("note").setNumber(9))))
                .isEmpty();
    }

    private static FieldDescriptorProto.Builder incarnation(DescriptorProto.Builder request) {
        return request.getField(1).toBuilder();
    }

    /** What is found broken after the message DeregisterRequest was changed. */
    private static List<String> afterChangingRequest(Consumer<DescriptorProto.Builder> change) {
        FileDescriptorSet.Builder changed = Schema.set().toBuilder();
        for (FileDescriptorProto.Builder file : changed.getFileBuilderList()) {
            for (DescriptorProto.Builder message : file.getMessageTypeBuilderList()) {
                if (message.getName().equals("DeregisterRequest")) {
                    change.accept(message);
                }
            }
        }
        return SchemaCompatibility.problems(Schema.set(), changed.build());
    }

    private static FileDescriptorSet baseline() throws IOException {
        try (InputStream in = Files.newInputStream(BASELINE)) {
            return FileDescriptorSet.parseFrom(in);
        }
    }
}
