// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * One process' connection to a registry.
 *
 * <pre>{@code
 * try (MusterClient muster = MusterClient.connect("127.0.0.1:7440", "127.0.0.1:7450", "127.0.0.1:7460");
 *         Registration me =
 *                 muster.register(ServiceInstance.of("orders", "orders-1").endpoint("grpc", "10.0.0.5", 8080))) {
 *     ServiceView payments = muster.view("payments");
 *     List<ServiceInstance> now = payments.instances();
 *     payments.onChange(list -> System.out.println(list.serving()));
 * }
 * }</pre>
 *
 * <p>It survives the loss of any node, of the leader and of its own session without its user's help: what is registered
 * is registered again, what is viewed goes on where it stood, and a write in flight is sent again and still executed
 * once. Creating a client does not wait for the registry, so a program starts without it.
 *
 * <p>Safe for use by any number of threads. A method with the suffix {@code Async} never blocks; its future is completed
 * on the client's I/O thread, so a dependent that blocks or works long belongs on an executor of the caller's
 * ({@code thenApplyAsync(f, executor)}). The blocking methods refuse to run on that thread. Listeners run one after the
 * other on a thread of their own and may block.
 */
public interface MusterClient extends AutoCloseable {
    /** A client of the cluster with these client ports, each {@code host:port}, with all else by default. */
    static MusterClient connect(String... endpoints) {
        return builder().endpoints(endpoints).connect();
    }

    /** Settings to be made before the client is connected. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Registers an instance and keeps it registered until the registration is closed. Returns when the registry has
     * accepted it.
     *
     * @throws MusterException when it was refused or not accepted within the request timeout; then it is not kept
     */
    Registration register(ServiceInstance instance);

    /** As {@link #register}; the future may be abandoned by cancelling it, which takes the registration back. */
    CompletableFuture<Registration> registerAsync(ServiceInstance instance);

    /**
     * Begins to register an instance and returns at once, for programs that start before the registry does. What becomes
     * of it shows in the registration's state.
     */
    Registration announce(ServiceInstance instance);

    /**
     * As {@link #announce(ServiceInstance)}, for who held the instance before and has forgotten all but its
     * {@link Registration#claim() claim}. The instance keeps its incarnation and, if it is still listed, is in the list
     * without a gap; it is FENCED if another process took it over meanwhile. An empty claim claims nothing, and so does
     * one of another history of the cluster.
     *
     * @throws IllegalArgumentException when the claim was never one
     */
    Registration announce(ServiceInstance instance, String claim);

    /** The instances of a service that serve, as of now: shows every write acknowledged before this call. */
    default LookupResult lookup(String service) {
        return lookup(LookupQuery.of(service));
    }

    /** The instances of a service that serve, as fresh as asked for. */
    default LookupResult lookup(String service, Consistency consistency) {
        return lookup(LookupQuery.of(service).consistency(consistency));
    }

    /** What a query asks for. */
    LookupResult lookup(LookupQuery query);

    /** What a query asks for. */
    CompletableFuture<LookupResult> lookupAsync(LookupQuery query);

    /** A live copy of a service's list. Returns at once; close it when it is no longer needed. */
    default ServiceView view(String service) {
        return view("", service);
    }

    /** A live copy of a service's list in a namespace; an empty namespace is the client's own. */
    ServiceView view(String namespace, String service);

    /** All services of all namespaces, ordered by namespace and name. */
    default Stream<ServiceSummary> services() {
        return services("", Consistency.LINEARIZABLE);
    }

    /**
     * The services of a namespace, or of all when it is empty, ordered by namespace and name. Fetched page by page while
     * the stream is consumed; each page is as fresh as asked for, all together need not be of one revision.
     */
    Stream<ServiceSummary> services(String namespace, Consistency consistency);

    /**
     * The services as they were at a moment, ordered by namespace and name, all of one revision, out of a log that is as
     * fresh as asked for. Fetched page by page while the stream is consumed.
     *
     * @throws MusterException from the stream, with {@link MusterException.Reason#NOT_RETAINED} when the moment is too
     *     long ago; it says how far back the list can be had
     */
    Stream<ServiceSummary> services(String namespace, Consistency consistency, Moment moment);

    /**
     * Makes one change in this client's session: executed exactly once, in the order of the calls. What it registers
     * lives as long as the session and is not registered again by itself; {@link #register} does that.
     *
     * @throws MusterException whose {@link MusterException#fate() fate} says whether it was done
     */
    WriteResult write(Change change);

    /** As {@link #write(Change)}. Thousands may be in flight; they travel together in few messages. */
    CompletableFuture<WriteResult> writeAsync(Change change);

    /** Makes 1 to 128 changes, each of another instance, under one revision: all of them or none. */
    WriteResult writeAll(List<Change> changes);

    /** As {@link #writeAll(List)}. */
    CompletableFuture<WriteResult> writeAllAsync(List<Change> changes);

    /**
     * Makes one change without a session, for operators and for instances that shall outlive this process: what it
     * registers has no lease and stays until it is deregistered. It is handed to the registry at most once, so a lost
     * answer leaves its fate {@link MusterException.Fate#UNKNOWN}.
     */
    WriteResult writeDirect(Change change);

    /** As {@link #writeDirect(Change)}. */
    CompletableFuture<WriteResult> writeDirectAsync(Change change);

    /**
     * A sequence of numbers, each handed out once to one process of all. Returns at once, the same object for the same
     * name until that is closed. It has to be created before, once: {@link Keyspaces#create}.
     */
    Keyspace keyspace(String name);

    /** All keyspaces: to create, list and audit them. */
    Keyspaces keyspaces();

    /** What happened in the registry, and what happens. */
    EventLog events();

    /** The nodes themselves: their state, and the orders that an operator gives. */
    ClusterAdmin cluster();

    /** Backups of the whole registry. */
    Backups backups();

    /**
     * Returns the numbers that were not used, ends the session, which deregisters all that was registered in it, closes
     * the views and ends all threads. Waits
     * for the registry no longer than the request timeout; what it did not hear of ends with its lease. Closing twice is
     * allowed.
     */
    @Override
    void close();

    /** Collects the settings of a client. Not safe for use by several threads. */
    final class Builder {
        private final List<String> endpoints = new ArrayList<>();
        private String clientName = ClientOptions.DEFAULT_CLIENT_NAME;
        private String namespace = ClientOptions.DEFAULT_NAMESPACE;
        private Duration sessionTtl = ClientOptions.DEFAULT_SESSION_TTL;
        private Duration requestTimeout = ClientOptions.DEFAULT_REQUEST_TIMEOUT;

        private Optional<Path> diskCache = Optional.empty();

        private Builder() {}

        /** Adds client ports of nodes, each {@code host:port}; one that answers is enough, all are better. */
        public Builder endpoints(String... more) {
            endpoints.addAll(Arrays.asList(more));
            return this;
        }

        /** The program's name, for people who look at the registry. Up to 128 characters. */
        public Builder clientName(String name) {
            clientName = name;
            return this;
        }

        /** The namespace meant wherever none is named. */
        public Builder namespace(String name) {
            namespace = name;
            return this;
        }

        /** How long the registry keeps what this process registered after it was last heard, 1 s to 1 h. */
        public Builder sessionTtl(Duration ttl) {
            sessionTtl = ttl;
            return this;
        }

        /** How long a call waits for its answer, whatever goes wrong on the way, 10 ms to 1 h. */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = timeout;
            return this;
        }

        /**
         * Keeps the last known list of each view in this folder, so that a process that starts while no node answers can
         * still be told whom to call. Such a list is taken when each node failed once, or none gave one within 3 s; it
         * is marked by {@link ServiceView#isFromDisk}, has its {@link ServiceView#age}, and is replaced by the first list
         * of a node. Damaged files are not used. The folder is made if it is not there, for this user alone; several
         * processes of one user may share it, and a disk that fails harms nothing but this. Off unless set.
         */
        public Builder diskCache(Path folder) {
            diskCache = Optional.of(folder);
            return this;
        }

        /** The client. It connects when it is first asked for something. */
        public MusterClient connect() {
            return ClientProvider.load()
                    .connect(
                            new ClientOptions(endpoints, clientName, namespace, sessionTtl, requestTimeout, diskCache));
        }
    }
}
