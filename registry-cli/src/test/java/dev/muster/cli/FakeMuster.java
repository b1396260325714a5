// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.Backups;
import dev.muster.client.Change;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.Consistency;
import dev.muster.client.EventLog;
import dev.muster.client.Keyspace;
import dev.muster.client.Keyspaces;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.Moment;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.Position;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.client.ServiceView;
import dev.muster.client.WriteResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A registry that answers what a test has put here, and remembers what it was asked. For one command at a time. */
final class FakeMuster implements MusterClient {
    final FakeCluster cluster = new FakeCluster();
    final FakeKeyspaces keyspaces = new FakeKeyspaces();
    final FakeEvents events = new FakeEvents();
    final FakeView view = new FakeView();
    final CompletableFuture<FakeRegistration> registration = new CompletableFuture<>();
    final List<ServiceSummary> services = new ArrayList<>();
    final List<Object> asked = Collections.synchronizedList(new ArrayList<>());
    LookupResult lookup = new LookupResult(FakeCluster.POSITION, Duration.ZERO, List.of(), false, 0, 0);

    /** Whether a lookup answers with what was registered, rather than with {@link #lookup}. */
    boolean listsWhatWasRegistered;

    final List<byte[]> pieces = new ArrayList<>();
    byte[] backup = {};

    @Nullable
    RuntimeException refusal;

    @Nullable
    Settings settings;

    @Nullable
    Duration sessionTtl;

    boolean closed;

    /** This registry, as a command connects to it. */
    MusterClient connect(Settings withSettings, Duration withTtl) {
        settings = withSettings;
        sessionTtl = withTtl;
        return this;
    }

    @Override
    public Registration register(ServiceInstance instance) {
        ask(instance);
        registration.complete(new FakeRegistration(instance));
        return registration.join();
    }

    @Override
    public CompletableFuture<Registration> registerAsync(ServiceInstance instance) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Registration announce(ServiceInstance instance) {
        registration.complete(new FakeRegistration(instance));
        return registration.join();
    }

    @Override
    public Registration announce(ServiceInstance instance, String claim) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LookupResult lookup(LookupQuery query) {
        ask(query);
        return listsWhatWasRegistered ? registered() : lookup;
    }

    @Override
    public CompletableFuture<LookupResult> lookupAsync(LookupQuery query) {
        return CompletableFuture.completedFuture(lookup(query));
    }

    @Override
    public ServiceView view(String namespace, String service) {
        ask(service);
        return view;
    }

    @Override
    public Stream<ServiceSummary> services(String namespace, Consistency consistency) {
        ask(namespace + " " + consistency);
        return services.stream();
    }

    @Override
    public Stream<ServiceSummary> services(String namespace, Consistency consistency, Moment moment) {
        ask(namespace + " " + consistency + " " + moment);
        return services.stream();
    }

    @Override
    public WriteResult write(Change change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<WriteResult> writeAsync(Change change) {
        return CompletableFuture.completedFuture(writeDirect(change));
    }

    @Override
    public WriteResult writeAll(List<Change> changes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<WriteResult> writeAllAsync(List<Change> changes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public WriteResult writeDirect(Change change) {
        ask(change);
        return new WriteResult(FakeCluster.POSITION, List.of(change instanceof Change.Register ? 17L : 0L));
    }

    @Override
    public CompletableFuture<WriteResult> writeDirectAsync(Change change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Keyspace keyspace(String name) {
        return keyspaces.keyspace(name);
    }

    @Override
    public Keyspaces keyspaces() {
        return keyspaces;
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public ClusterAdmin cluster() {
        return cluster;
    }

    @Override
    public Backups backups() {
        return new Backups() {
            @Override
            public Position save(Consistency consistency, OutputStream out) {
                ask(consistency);
                try {
                    out.write(backup);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return FakeCluster.POSITION;
            }

            @Override
            public void follow(byte[] token, Follower follower) {
                ask("follow from " + token.length);
                pieces.forEach(piece -> follower.frame(FakeCluster.POSITION, piece));
                follower.away(refused(MusterException.Reason.UNAVAILABLE, "nobody is there"));
            }
        };
    }

    @Override
    public void close() {
        closed = true;
    }

    private LookupResult registered() {
        List<ServiceInstance> instances;
        synchronized (asked) {
            instances = asked.stream()
                    .flatMap(each ->
                            each instanceof Change.Register register ? Stream.of(register.instance()) : Stream.of())
                    .toList();
        }
        return new LookupResult(FakeCluster.POSITION, Duration.ZERO, instances, false, 0, 0);
    }

    private void ask(Object question) {
        asked.add(question);
        if (refusal != null) {
            throw refusal;
        }
    }

    /** A refusal for a reason, with a detail that names it. */
    static MusterException refused(MusterException.Reason reason, String detail) {
        return new MusterException(reason, MusterException.Fate.NOT_APPLIED, detail);
    }
}
