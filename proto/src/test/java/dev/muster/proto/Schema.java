// SPDX-License-Identifier: Apache-2.0
package dev.muster.proto;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The schema as the generated classes carry it, one descriptor for each file of {@code src/main/proto}. */
final class Schema {
    private static final Path SOURCES = Path.of("src/main/proto");

    private Schema() {}

    /** All files, ordered by name. Found by walking the folder, so that a new file cannot be forgotten. */
    static List<FileDescriptor> files() {
        try (Stream<Path> paths = Files.walk(SOURCES)) {
            return paths.filter(path -> path.toString().endsWith(".proto"))
                    .map(path -> SOURCES.relativize(path).toString().replace('\\', '/'))
                    .sorted()
                    .map(Schema::descriptor)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same as one set, as a descriptor file holds it. */
    static FileDescriptorSet set() {
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        files().forEach(file -> set.addFile(file.toProto()));
        return set.build();
    }

    private static FileDescriptor descriptor(String name) {
        int slash = name.lastIndexOf('/');
        String base = name.substring(slash + 1, name.length() - ".proto".length());
        String outer = "dev." + name.substring(0, slash).replace('/', '.') + "." + camelCase(base);
        return Stream.of(outer, outer + "OuterClass")
                .flatMap(candidate -> descriptorOf(candidate, name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " (expected: a generated class " + outer + ")"));
    }

    /** Empty when there is no such class, or when it is a message that merely has the file's name. */
    private static Stream<FileDescriptor> descriptorOf(String className, String name) {
        try {
            Object descriptor =
                    Class.forName(className).getMethod("getDescriptor").invoke(null);
            return descriptor instanceof FileDescriptor file && file.getName().equals(name)
                    ? Stream.of(file)
                    : Stream.empty();
        } catch (ReflectiveOperationException e) {
            return Stream.empty();
        }
    }

    private static String camelCase(String snakeCase) {
        return Arrays.stream(snakeCase.split("_"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }
}
