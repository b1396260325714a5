// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a keeper has to know of one unit: how it is started, seen, stopped and listed. Immutable and complete; where the
 * file said nothing the defaults stand here.
 *
 * @param unit its name, that of the file without {@code .yaml}
 * @param kind service or technical
 * @param argv the program and its arguments; there is no shell. {@code ${port.NAME}} stands for a port
 * @param environment added to the little that every unit gets
 * @param folder where it runs
 * @param after units that have to be ready before its first start
 * @param listing how it is registered, if it is
 * @param pidFile where a program that goes to the background says its process id
 * @param stop run to stop it instead of SIGTERM, if there is such a command
 * @param reload run to make it read its configuration again, if there is such a command
 * @param check run before {@code reload}, which is left out when it fails
 * @param ready when it may be called
 * @param alive when it does not hang
 * @param start how long it may take to become ready
 * @param drain how long it is DRAINING before it is stopped on request
 * @param grace how long it may take to stop before it is killed
 * @param restart how it is started again
 * @param memory how its memory may grow
 * @param routes files that it reads, written from lists of the registry
 */
public record Manifest(
        String unit,
        Kind kind,
        List<String> argv,
        Map<String, String> environment,
        Path folder,
        List<String> after,
        Optional<Listing> listing,
        Optional<Path> pidFile,
        List<String> stop,
        List<String> reload,
        List<String> check,
        Optional<Probe> ready,
        Optional<Probe> alive,
        Duration start,
        Duration drain,
        Duration grace,
        Restart restart,
        Memory memory,
        List<Route> routes) {

    /**
     * How a unit is registered.
     *
     * @param namespace empty means the keeper's own
     * @param service the service it is a copy of
     * @param id unique in the service
     * @param zone empty when unsaid
     * @param version empty when unsaid
     * @param weight share of the load
     * @param metadata free pairs
     * @param endpoints 1 to 16 addresses
     */
    public record Listing(
            String namespace,
            String service,
            String id,
            String zone,
            String version,
            int weight,
            Map<String, String> metadata,
            List<Address> endpoints) {}

    /**
     * One address of a unit.
     *
     * @param name unique within the unit
     * @param protocol what is spoken there
     * @param host that callers can reach
     * @param port fixed; empty when the keeper gives one of its range
     */
    public record Address(String name, String protocol, String host, OptionalInt port) {}

    /**
     * How a unit is asked for its state.
     *
     * @param target what is asked
     * @param every from one question to the next
     * @param timeout after which a question counts as answered with no
     * @param failures so many of the last {@code of} answers have to be no
     * @param of how many answers are looked at
     */
    public record Probe(Target target, Duration every, Duration timeout, int failures, int of) {}

    /** What a probe asks. In its words {@code ${port.NAME}} stands for a port. */
    public sealed interface Target {
        /** Yes when a connection is accepted. */
        record Tcp(String host, String port) implements Target {}

        /** Yes when GET is answered with 2xx or 3xx. */
        record Http(String url) implements Target {}

        /** Yes when the standard health service says that this service serves; empty means the whole server. */
        record Grpc(String host, String port, String service) implements Target {}

        /** Yes when the program ends with 0. */
        record Exec(List<String> argv) implements Target {}
    }

    /**
     * How a unit that ended is started again: at once, then after {@code backoff}, twice that, and so on.
     *
     * @param backoff the first wait
     * @param most the longest wait
     * @param budget restarts within the window after which it is given up
     * @param window how far back restarts count
     */
    public record Restart(Duration backoff, Duration most, int budget, Duration window) {}

    /**
     * How a unit's memory may grow after it was exhausted.
     *
     * @param growthPercent by how much
     * @param capBytes never more than this, if there is a bound
     * @param restarts how many times
     */
    public record Memory(int growthPercent, Optional<Long> capBytes, int restarts) {}

    /**
     * A file that a proxy reads, kept in step with the list of a service.
     *
     * @param name unique within the unit
     * @param namespace empty means the keeper's own
     * @param service whose instances are called
     * @param endpoint of each instance; empty means the first
     * @param file that the proxy reads
     * @param template of the file; without one it is an upstream of nginx
     */
    public record Route(
            String name, String namespace, String service, String endpoint, Path file, Optional<Path> template) {}
}
