// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent that uses up the heap of another JVM. Stateless. */
public final class MemoryEater {
    private static final int PIECE = 1 << 20;

    private MemoryEater() {}

    /** Has the JVM of that process run out of memory, soon; {@code jar} is written for it. */
    static void sendTo(long pid, Path jar) {
        try {
            write(jar);
            VirtualMachine jvm = VirtualMachine.attach(Long.toString(pid));
            try {
                jvm.loadAgent(jar.toAbsolutePath().toString());
            } finally {
                jvm.detach();
            }
        } catch (Exception e) {
            throw new IllegalStateException("no agent could be loaded into process " + pid, e);
        }
    }

    private static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Agent-Class"), MemoryEater.class.getName());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("empty"));
        }
    }

    /** Called by the JVM that it was sent to, whose class path has this class. */
    public static void agentmain(String arguments) {
        Thread thread = new Thread(
                () -> {
                    List<byte[]> eaten = new ArrayList<>();
                    while (eaten.size() < Integer.MAX_VALUE) {
                        eaten.add(new byte[PIECE]);
                    }
                },
                "memory-eater");
        thread.setDaemon(true);
        thread.start();
    }
}
