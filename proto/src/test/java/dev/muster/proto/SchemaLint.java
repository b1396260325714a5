// SPDX-License-Identifier: Apache-2.0
package dev.muster.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The style of our schemas: names from which every language makes good code, and enums that can grow. */
final class SchemaLint {
    private static final Pattern PACKAGE = Pattern.compile("muster(\\.[a-z]+)*\\.v[1-9][0-9]*");
    private static final Pattern SNAKE = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final Pattern UPPER_SNAKE = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
    private static final Pattern PASCAL = Pattern.compile("([A-Z][a-z0-9]*)+");

    private final List<String> problems = new ArrayList<>();

    private SchemaLint() {}

    /** What is wrong with the files, one line each; empty when nothing is. */
    static List<String> problems(FileDescriptorSet set) {
        SchemaLint lint = new SchemaLint();
        set.getFileList().forEach(lint::file);
        return List.copyOf(lint.problems);
    }

    private void file(FileDescriptorProto file) {
        String name = file.getName();
        check(PACKAGE, file.getPackage(), name + ": package", "muster.<area>.v<number>");
        same(name.substring(0, name.lastIndexOf('/')).replace('/', '.'), file.getPackage(), name + ": package");
        same("dev." + file.getPackage(), file.getOptions().getJavaPackage(), name + ": java_package");
        same("proto3", file.getSyntax(), name + ": syntax");
        if (!file.getOptions().getJavaMultipleFiles()) {
            problems.add(name + ": java_multiple_files is not set (expected: true)");
        }
        file.getMessageTypeList().forEach(message -> message(file.getPackage(), message));
        file.getEnumTypeList().forEach(type -> enumeration(file.getPackage(), type));
        file.getServiceList().forEach(service -> service(file.getPackage(), service));
    }

    private void message(String scope, DescriptorProto message) {
        String name = scope + "." + message.getName();
        check(PASCAL, message.getName(), name, "PascalCase");
        message.getFieldList().forEach(field -> check(SNAKE, field.getName(), name + ": field", "snake_case"));
        // An optional field has a synthetic oneof, whose name begins with an underscore.
        message.getOneofDeclList().stream()
                .filter(oneof -> !oneof.getName().startsWith("_"))
                .forEach(oneof -> check(SNAKE, oneof.getName(), name + ": oneof", "snake_case"));
        message.getNestedTypeList().stream()
                .filter(nested -> !nested.getOptions().getMapEntry())
                .forEach(nested -> message(name, nested));
        message.getEnumTypeList().forEach(type -> enumeration(name, type));
    }

    private void enumeration(String scope, EnumDescriptorProto type) {
        String name = scope + "." + type.getName();
        check(PASCAL, type.getName(), name, "PascalCase");
        String prefix = type.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
        EnumValueDescriptorProto first = type.getValue(0);
        same(prefix + "UNSPECIFIED = 0", first.getName() + " = " + first.getNumber(), name + ": first value");
        for (EnumValueDescriptorProto value : type.getValueList()) {
            check(UPPER_SNAKE, value.getName(), name + ": value", "UPPER_SNAKE_CASE");
            if (!value.getName().startsWith(prefix)) {
                problems.add(name + ": value " + value.getName() + " (expected: prefix " + prefix + ")");
            }
        }
        if (type.getOptions().getAllowAlias()) {
            problems.add(name + ": allow_alias (expected: one name for one number)");
        }
    }

    private void service(String scope, ServiceDescriptorProto service) {
        String name = scope + "." + service.getName();
        check(PASCAL, service.getName(), name, "PascalCase");
        service.getMethodList().forEach(method -> check(PASCAL, method.getName(), name + ": rpc", "PascalCase"));
    }

    private void check(Pattern pattern, String value, String where, String expected) {
        if (!pattern.matcher(value).matches()) {
            problems.add(where + " " + value + " (expected: " + expected + ")");
        }
    }

    private void same(String expected, String value, String where) {
        if (!expected.equals(value)) {
            problems.add(where + " " + value + " (expected: " + expected + ")");
        }
    }
}
