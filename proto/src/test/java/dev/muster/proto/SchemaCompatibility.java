// SPDX-License-Identifier: Apache-2.0
package dev.muster.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells what of an older schema a newer one no longer says in the same way.
 *
 * <p>A schema only grows. Each message, field, enum value, service and method of the older one must be there, with the
 * same number, name, type, cardinality and oneof. This holds for the public API, which clients of any age speak, and
 * more so for the log and the snapshots ({@code muster.internal.v1}), which are read back years later. What is to be
 * different gets a new number or a new package.
 */
final class SchemaCompatibility {
    private final List<String> problems = new ArrayList<>();

    private SchemaCompatibility() {}

    /** What the newer schema broke, one line each; empty when it only grew. */
    static List<String> problems(FileDescriptorSet older, FileDescriptorSet newer) {
        SchemaCompatibility comparison = new SchemaCompatibility();
        comparison.compare(Types.of(older), Types.of(newer));
        return List.copyOf(comparison.problems);
    }

    private void compare(Types older, Types newer) {
        older.messages().forEach((name, message) -> {
            DescriptorProto now = newer.messages().get(name);
            if (now == null) {
                problems.add("message " + name + ": removed");
            } else {
                fields(name, message, now);
            }
        });
        older.enums().forEach((name, type) -> {
            EnumDescriptorProto now = newer.enums().get(name);
            if (now == null) {
                problems.add("enum " + name + ": removed");
            } else {
                values(name, type, now);
            }
        });
        older.services().forEach((name, service) -> {
            ServiceDescriptorProto now = newer.services().get(name);
            if (now == null) {
                problems.add("service " + name + ": removed");
            } else {
                methods(name, service, now);
            }
        });
    }

    private void fields(String message, DescriptorProto older, DescriptorProto newer) {
        Map<Integer, String> now = new TreeMap<>();
        newer.getFieldList().forEach(field -> now.put(field.getNumber(), text(newer, field)));
        for (FieldDescriptorProto field : older.getFieldList()) {
            same(message + ", field " + field.getNumber(), text(older, field), now.get(field.getNumber()));
        }
    }

    private void values(String type, EnumDescriptorProto older, EnumDescriptorProto newer) {
        Map<Integer, String> now = new TreeMap<>();
        newer.getValueList().forEach(value -> now.put(value.getNumber(), value.getName()));
        for (EnumValueDescriptorProto value : older.getValueList()) {
            same(type + ", value " + value.getNumber(), value.getName(), now.get(value.getNumber()));
        }
    }

    private void methods(String service, ServiceDescriptorProto older, ServiceDescriptorProto newer) {
        Map<String, String> now = new TreeMap<>();
        newer.getMethodList().forEach(method -> now.put(method.getName(), text(method)));
        for (MethodDescriptorProto method : older.getMethodList()) {
            same(service + ", rpc " + method.getName(), text(method), now.get(method.getName()));
        }
    }

    private void same(String where, String was, @Nullable String now) {
        if (!was.equals(now)) {
            problems.add(where + ": " + (now == null ? "removed" : now) + " (expected: " + was + ")");
        }
    }

    /** All that the wire, the JSON form and the generated code depend on. */
    private static String text(DescriptorProto message, FieldDescriptorProto field) {
        String type = field.getTypeName().isEmpty()
                ? field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT)
                : field.getTypeName().substring(1);
        String label = switch (field.getLabel()) {
            case LABEL_OPTIONAL -> field.getProto3Optional() ? "optional " : "";
            case LABEL_REPEATED -> "repeated ";
            case LABEL_REQUIRED -> "required ";
        };
        boolean inOneof = field.hasOneofIndex() && !field.getProto3Optional();
        String oneof = inOneof
                ? " in oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
                : "";
        return label + type + " " + field.getName() + oneof;
    }

    private static String text(MethodDescriptorProto method) {
        return (method.getClientStreaming() ? "stream " : "")
                + method.getInputType().substring(1)
                + " returns "
                + (method.getServerStreaming() ? "stream " : "")
                + method.getOutputType().substring(1);
    }

    /** What a schema declares, by full name. */
    private record Types(
            Map<String, DescriptorProto> messages,
            Map<String, EnumDescriptorProto> enums,
            Map<String, ServiceDescriptorProto> services) {

        static Types of(FileDescriptorSet set) {
            Types types = new Types(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            set.getFileList().forEach(file -> {
                String scope = file.getPackage() + ".";
                file.getMessageTypeList().forEach(message -> types.add(scope, message));
                file.getEnumTypeList().forEach(type -> types.enums.put(scope + type.getName(), type));
                file.getServiceList().forEach(service -> types.services.put(scope + service.getName(), service));
            });
            return types;
        }

        private void add(String scope, DescriptorProto message) {
            String name = scope + message.getName();
            messages.put(name, message);
            message.getEnumTypeList().forEach(type -> enums.put(name + "." + type.getName(), type));
            message.getNestedTypeList().forEach(nested -> add(name + ".", nested));
        }
    }
}
