// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Lines of Java out of a document, compiled as the body of a main method with the client's packages imported.
 *
 * @param classes the folder with the class
 */
record JavaLines(Path classes) {
    private static final String NAME = "Lines";

    /** Compiles the lines against the class path of the tests. */
    static JavaLines compile(Path folder, String lines) throws IOException {
        Path source = Files.writeString(folder.resolve(NAME + ".java"), """
                import dev.muster.client.*;
                import java.time.Duration;
                import java.util.*;

                public final class Lines {
                    public static void main(String[] arguments) {
                %s
                    }
                }
                """.formatted(lines));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, null, null)) {
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            List<String> options =
                    List.of("-d", folder.toString(), "-classpath", classPath, "--release", "17", "-proc:none");
            boolean compiled = compiler.getTask(null, files, problems, options, null, files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).as(problems.getDiagnostics().toString()).isTrue();
        }
        return new JavaLines(folder);
    }

    /** Runs them and returns what they print. */
    String run() throws IOException, ReflectiveOperationException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()}, JavaLines.class.getClassLoader());
                PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            loader.loadClass(NAME).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
