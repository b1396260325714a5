// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Backups;
import dev.muster.client.Change;
import dev.muster.client.ClientOptions;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.Consistency;
import dev.muster.client.EventLog;
import dev.muster.client.InstanceKey;
import dev.muster.client.Keyspace;
import dev.muster.client.Keyspaces;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.Moment;
import dev.muster.client.MusterClient;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.client.ServiceView;
import dev.muster.client.WriteResult;
import dev.muster.encoded.v1.EncodedLookupResponse;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client: wires its parts, hands each request to the one it belongs to, and ends them in reverse. Safe for any
 * thread.
 *
 * <p>A write goes {@code write -> Session -> SessionStream -> the leader}; a registration is a {@link KeptRegistration}
 * that writes the same way; a linearizable read goes along with the writes while the session is open, any other one
 * {@code lookup -> UnaryCalls -> any node}; a view is a {@link LiveView} fed by the
 * {@link WatchStream}. {@link LeaderChannel} says which node is meant.
 */
final class GrpcClient implements MusterClient {
    /** How long the end waits for a registry that it is not in contact with. */
    static final Duration PATIENCE_WHEN_AWAY = Duration.ofSeconds(1);

    private static final Duration PAUSE_AT_THE_END = Duration.ofMillis(20);
    private static final int MOST_CHECKS_AT_THE_END = 100;

    private static final MethodDescriptor<LookupRequest, EncodedLookupResponse> LOOKUP =
            Wire.encoded(RegistryGrpc.getLookupMethod(), EncodedLookupResponse.getDefaultInstance());

    private static final Logger LOG = LoggerFactory.getLogger(GrpcClient.class);

    private final ClientOptions options;
    private final Loop loop;
    private final RandomGenerator random;
    private final Callbacks callbacks = new Callbacks("muster-client-callbacks");
    private final Callbacks disk = new Callbacks("muster-client-disk");
    private final LeaderChannel channels;
    private final Session session;
    private final WatchStream watchStream;
    private final UnaryCalls calls;
    private final ReadLists lists = new ReadLists();
    private final ClusterAdmin cluster;
    private final GrpcEventLog events;
    private final Backups backups;
    private final @Nullable ListCache cache;
    private final ConcurrentMap<InstanceKey, KeptRegistration> registrations = new ConcurrentHashMap<>();
    private final Keyspaces keyspaces;
    private final ConcurrentMap<String, PrefetchedKeys> openKeyspaces = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    GrpcClient(ClientOptions options, Loop loop, RandomGenerator random, Function<String, ManagedChannel> connector) {
        this.options = options;
        this.loop = loop;
        this.random = random;
        channels = new LeaderChannel(options.endpoints(), connector, loop, random);
        calls = new UnaryCalls(loop, channels, options.requestTimeout(), random);
        session =
                new Session(loop, channels, options, backoff(), calls.patience(), this::readAlone, this::leaderKnownTo);
        watchStream = new WatchStream(loop, channels, options.clientName(), backoff());
        cache = options.diskCache().map(folder -> new ListCache(folder, disk)).orElse(null);
        keyspaces = new GrpcKeyspaces(calls, loop);
        cluster = new GrpcClusterAdmin(calls, loop, options.endpoints());
        events = new GrpcEventLog(loop, channels, calls, callbacks, random, options.namespace(), this::answered);
        backups = new GrpcBackups(loop, channels, options.requestTimeout(), random);
    }

    /** A client with threads and connections of its own. */
    static GrpcClient connect(ClientOptions options) {
        IoLoop loop = new IoLoop();
        return new GrpcClient(
                options, loop, new SplittableRandom(), address -> Channels.connect(address, loop.group()));
    }

    /** For what may ask any node. */
    private Backoff backoff() {
        return new Backoff(random, options.endpoints().size());
    }

    // ---- registrations --------------------------------------------------------------------------------------------

    @Override
    public Registration register(ServiceInstance instance) {
        return Futures.await(registerAsync(instance), loop);
    }

    @Override
    public CompletableFuture<Registration> registerAsync(ServiceInstance instance) {
        KeptRegistration registration = keep(instance, Claim.NONE);
        CompletableFuture<Registration> accepted = Futures.shown(registration.first(), Function.identity());
        loop.execute(() -> {
            registration.start();
            Loop.Timer late =
                    loop.schedule(options.requestTimeout(), () -> accepted.completeExceptionally(registration.late()));
            Futures.whenDone(accepted, (done, failure) -> {
                late.cancel();
                if (failure != null) {
                    loop.execute(registration::leave);
                }
            });
        });
        return accepted;
    }

    @Override
    public Registration announce(ServiceInstance instance) {
        return announce(instance, Claim.NONE);
    }

    @Override
    public Registration announce(ServiceInstance instance, String claim) {
        return announce(instance, Claim.parse(claim));
    }

    private Registration announce(ServiceInstance instance, Claim claim) {
        KeptRegistration registration = keep(instance, claim);
        loop.execute(registration::start);
        return registration;
    }

    private KeptRegistration keep(ServiceInstance instance, Claim claim) {
        checkOpen();
        ServiceInstance full = instance.namespace().isEmpty() ? instance.namespace(options.namespace()) : instance;
        KeptRegistration made = new KeptRegistration(
                Change.register(full), claim, loop, session, options, new Backoff(random, 1), callbacks, this::forget);
        KeptRegistration kept = registrations.compute(
                full.key(), (key, before) -> before == null || before.state().isFinal() ? made : before);
        if (kept != made) {
            throw new IllegalStateException(
                    full.key() + " is registered by this client already (expected: one registration of each instance)");
        }
        return made;
    }

    private void forget(KeptRegistration registration) {
        registrations.remove(registration.instance().key(), registration);
    }

    // ---- writes ---------------------------------------------------------------------------------------------------

    @Override
    public WriteResult write(Change change) {
        return Futures.await(writeAsync(change), loop);
    }

    @Override
    public CompletableFuture<WriteResult> writeAsync(Change change) {
        return submit(Wire.request(change, options.namespace()));
    }

    @Override
    public WriteResult writeAll(List<Change> changes) {
        return Futures.await(writeAllAsync(changes), loop);
    }

    @Override
    public CompletableFuture<WriteResult> writeAllAsync(List<Change> changes) {
        return submit(Wire.request(changes, options.namespace()));
    }

    private CompletableFuture<WriteResult> submit(Request.Builder request) {
        return Futures.shown(answered(request), Wire::writeResult);
    }

    private CompletableFuture<Result> answered(Request.Builder request) {
        checkOpen();
        long deadline = loop.nanoTime() + options.requestTimeout().toNanos();
        return session.submit(PendingWrite.until(deadline, in -> request)).answer();
    }

    @Override
    public WriteResult writeDirect(Change change) {
        return Futures.await(writeDirectAsync(change), loop);
    }

    @Override
    public CompletableFuture<WriteResult> writeDirectAsync(Change change) {
        checkOpen();
        String namespace = options.namespace();
        if (change instanceof Change.Register register) {
            return Futures.shown(
                    calls.write(RegistryGrpc.getRegisterMethod(), Wire.register(register, namespace)),
                    response -> Wire.written(response.getHeader(), response.getIncarnation()));
        } else if (change instanceof Change.Deregister deregister) {
            return Futures.shown(
                    calls.write(RegistryGrpc.getDeregisterMethod(), Wire.deregister(deregister, namespace)),
                    response -> Wire.written(response.getHeader(), 0));
        } else {
            return Futures.shown(
                    calls.write(RegistryGrpc.getUpdateMethod(), Wire.update((Change.Update) change, namespace)),
                    response -> Wire.written(response.getHeader(), 0));
        }
    }

    // ---- reads ----------------------------------------------------------------------------------------------------

    @Override
    public LookupResult lookup(LookupQuery query) {
        return Futures.await(lookupAsync(query), loop);
    }

    @Override
    public CompletableFuture<LookupResult> lookupAsync(LookupQuery query) {
        checkOpen();
        long deadline = loop.nanoTime() + options.requestTimeout().toNanos();
        PendingRead read = new PendingRead(Wire.lookup(query, options.namespace()), deadline);
        if (query.consistency().level() == Consistency.Level.LINEARIZABLE
                && !read.request().hasAt()) {
            session.read(read);
        } else {
            readAlone(read);
        }
        return Futures.shown(
                read.answer(),
                response -> Wire.lookupResult(response, lists.instances(read.request(), response.getInstancesList())));
    }

    private CompletableFuture<String> leaderKnownTo(String node) {
        return calls.at(node, ClusterGrpc.getStatusMethod(), StatusRequest.getDefaultInstance())
                .thenApply(StatusResponse::getLeaderAddress);
    }

    private void readAlone(PendingRead read) {
        Futures.pass(calls.read(LOOKUP, read.request(), read.deadlineNanos()), read.answer());
    }

    @Override
    public ServiceView view(String namespace, String service) {
        checkOpen();
        String full = namespace.isEmpty() ? options.namespace() : namespace;
        LiveView view = new LiveView(full, service, options.requestTimeout(), loop, callbacks, cache, this::leave);
        loop.execute(() -> watchStream.add(view));
        return view;
    }

    private void leave(LiveView view) {
        loop.execute(() -> watchStream.remove(view));
    }

    @Override
    public Stream<ServiceSummary> services(String namespace, Consistency consistency) {
        checkOpen();
        return ServicePages.stream(
                token -> page(Wire.listServices(namespace, consistency, ServicePages.PAGE_SIZE, token)));
    }

    @Override
    public Stream<ServiceSummary> services(String namespace, Consistency consistency, Moment moment) {
        checkOpen();
        ListServicesRequest.Builder next =
                Wire.listServices(namespace, consistency, ServicePages.PAGE_SIZE, "").toBuilder()
                        .setAt(Wire.moment(moment));
        return ServicePages.stream(token -> {
            ListServicesResponse page = page(next.setPageToken(token).build());
            if (!page.getNextPageToken().isEmpty()) {
                next.setAt(Wire.moment(Moment.of(page.getHeader().getRevision())));
            }
            return page;
        });
    }

    private ListServicesResponse page(ListServicesRequest request) {
        checkOpen();
        return Futures.await(calls.read(RegistryGrpc.getListServicesMethod(), request), loop);
    }

    @Override
    public EventLog events() {
        checkOpen();
        return events;
    }

    @Override
    public ClusterAdmin cluster() {
        checkOpen();
        return cluster;
    }

    @Override
    public Backups backups() {
        checkOpen();
        return backups;
    }

    // ---- numbers --------------------------------------------------------------------------------------------------

    @Override
    public Keyspace keyspace(String name) {
        checkOpen();
        return openKeyspaces.computeIfAbsent(
                name,
                key -> new PrefetchedKeys(
                        key, loop, session, options.requestTimeout(), keys -> openKeyspaces.remove(key, keys)));
    }

    @Override
    public Keyspaces keyspaces() {
        checkOpen();
        return keyspaces;
    }

    // ---- the end --------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            loop.execute(() -> endSession(ended));
            try {
                Futures.await(ended, loop);
            } finally {
                loop.execute(this::release);
            }
        }
    }

    private void endSession(CompletableFuture<Void> ended) {
        List.copyOf(registrations.values()).forEach(KeptRegistration::leaveWithSession);
        Duration patience = session.isOpen() || options.requestTimeout().compareTo(PATIENCE_WHEN_AWAY) < 0
                ? options.requestTimeout()
                : PATIENCE_WHEN_AWAY;
        CompletableFuture<?>[] returns = List.copyOf(openKeyspaces.values()).stream()
                .map(PrefetchedKeys::leave)
                .toArray(CompletableFuture[]::new);
        Futures.whenDone(
                CompletableFuture.allOf(returns).thenCompose(nothing -> session.end()),
                (nothing, failure) -> ended.complete(null));
        loop.schedule(patience, () -> ended.complete(null));
    }

    private void release() {
        events.close();
        watchStream.close();
        session.close();
        calls.close();
        channels.close();
        callbacks.close();
        disk.close();
        closeLoop(MOST_CHECKS_AT_THE_END);
        LOG.debug("client {} is closed", options.clientName());
    }

    /** The connections end on the loop, so it goes last. */
    private void closeLoop(int checks) {
        if (checks == 0 || channels.isTerminated()) {
            loop.close();
        } else {
            loop.schedule(PAUSE_AT_THE_END, () -> closeLoop(checks - 1));
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this client is closed (expected: calls before close())");
        }
    }
}
