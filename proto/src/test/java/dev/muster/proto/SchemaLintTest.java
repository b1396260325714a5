// SPDX-License-Identifier: Apache-2.0
package dev.muster.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import org.junit.jupiter.api.Test;

final class SchemaLintTest {
    @Test
    void theSchemaKeepsToItsStyle() {
        assertThat(SchemaLint.problems(Schema.set())).isEmpty();
    }

    @Test
    void everythingThatIsOutOfStyleIsNamed() {
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("muster/v1/odd.proto")
                .setPackage("muster")
                .setSyntax("proto3")
                .addMessageType(DescriptorProto.newBuilder()
                        .setName("Odd_message")
                        .addField(FieldDescriptorProto.newBuilder().setName("camelCase")))
                .addEnumType(EnumDescriptorProto.newBuilder()
                        .setName("OddKind")
                        .addValue(EnumValueDescriptorProto.newBuilder().setName("ODD_KIND_FIRST"))
                        .addValue(EnumValueDescriptorProto.newBuilder()
                                .setName("SECOND")
                                .setNumber(1)))
                .build();

        assertThat(SchemaLint.problems(
                        FileDescriptorSet.newBuilder().addFile(file).build()))
                .containsExactly(
                        "muster/v1/odd.proto: package muster (expected: muster.<area>.v<number>)",
                        "muster/v1/odd.proto: package muster (expected: muster.v1)",
                        "muster/v1/odd.proto: java_package  (expected: dev.muster)",
                        "muster/v1/odd.proto: java_multiple_files is not set (expected: true)",
                        "muster.Odd_message Odd_message (expected: PascalCase)",
                        "muster.Odd_message: field camelCase (expected: snake_case)",
                        "muster.OddKind: first value ODD_KIND_FIRST = 0 (expected: ODD_KIND_UNSPECIFIED = 0)",
                        "muster.OddKind: value SECOND (expected: prefix ODD_KIND_)");
    }
}
