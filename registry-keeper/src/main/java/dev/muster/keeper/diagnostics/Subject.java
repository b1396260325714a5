// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a bundle is about. Immutable.
 *
 * @param pid its process
 * @param console how its JVM is asked
 * @param heapDump whether the heap is wanted
 * @param log what it printed
 * @param newLog what the instance that replaces it printed
 * @param manifest what defines it, as text
 * @param facts what else is known, for the head of the bundle: the kind of error, class and method, old and new size
 */
public record Subject(
        long pid,
        JvmConsole console,
        boolean heapDump,
        Optional<Path> log,
        Optional<Path> newLog,
        Optional<String> manifest,
        Map<String, String> facts) {}
