// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.BackupLag;
import dev.muster.client.Consistency;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The place in the registry of a folder that follows it, so that everybody sees how far the backup is: an instance under
 * the session of the command, whose end is an event. It is DOWN while the folder has been behind for {@link #STALE}. For
 * one thread.
 */
final class BackupEntry implements AutoCloseable {
    private static final String NAMESPACE = "muster";
    private static final String SERVICE = "backup";
    private static final String FOLDER = "folder";
    private static final String HOST = "host";

    /** The newest revision that is durable in the folder, told every {@link #PACE} if it has moved. */
    private static final String REVISION = "revision";

    /** Behind for so long is stale. */
    static final Duration STALE = Duration.ofSeconds(30);

    private static final Duration PACE = Duration.ofSeconds(10);

    private final Context context;
    private final Registration registration;
    private final Map<String, String> metadata;
    private InstanceStatus status = InstanceStatus.UP;
    private long told;
    private Deadline next;
    private Deadline stale;

    private BackupEntry(Context context, Registration registration, Map<String, String> metadata, long revision) {
        this.context = context;
        this.registration = registration;
        this.metadata = metadata;
        this.told = revision;
        this.next = context.deadline(PACE);
        this.stale = context.deadline(STALE);
    }

    /** Begins to register the folder, which holds this revision. */
    static BackupEntry announce(Context context, MusterClient client, Path folder, long revision) {
        String host = host();
        String path = folder.toAbsolutePath().normalize().toString();
        Map<String, String> metadata =
                new TreeMap<>(Map.of(FOLDER, path, HOST, host, REVISION, Long.toUnsignedString(revision)));
        // Hosts and folders have names that an instance may not have.
        String id = String.format("%08x", (host + ":" + path).hashCode());
        ServiceInstance instance = ServiceInstance.of(InstanceKey.of(NAMESPACE, SERVICE, id))
                // There is nothing to connect to; the host stands in the metadata, as it is called.
                .endpoint(new Endpoint("folder", "file", "localhost", 1))
                .metadata(metadata);
        return new BackupEntry(context, client.announce(instance), metadata, revision);
    }

    /** How far each folder that follows is, as it has told; empty when nobody can say. */
    static List<BackupLag> lags(MusterClient client, List<NodeAnswer<NodeStatus>> nodes) {
        long newest = nodes.stream()
                .flatMap(node -> node.answer().stream())
                .mapToLong(status -> status.position().revision())
                .max()
                .orElse(0);
        try {
            return client
                    .lookup(LookupQuery.of(SERVICE)
                            .namespace(NAMESPACE)
                            .withNotServing()
                            .consistency(Consistency.LOCAL))
                    .instances()
                    .stream()
                    .map(instance -> lag(instance, newest))
                    .toList();
        } catch (MusterException nobodySays) {
            return List.of();
        }
    }

    private static BackupLag lag(ServiceInstance instance, long newest) {
        Map<String, String> metadata = instance.metadata();
        String revision = metadata.getOrDefault(REVISION, "");
        long durable = revision.matches("[0-9]{1,18}") ? Long.parseLong(revision) : 0;
        // That it was told is a change, too, and not one that is missed.
        long telling = instance.listing().modifyRevision() > durable ? 1 : 0;
        return new BackupLag(
                metadata.getOrDefault(HOST, ""),
                metadata.getOrDefault(FOLDER, ""),
                durable,
                Math.max(0, newest - durable - telling),
                instance.status() == InstanceStatus.DOWN);
    }

    /** The folder holds this revision, and the cluster is so many ahead. */
    void at(long revision, long behind) {
        if (behind == 0) {
            stale = context.deadline(STALE);
        }
        InstanceStatus now = stale.isOver() ? InstanceStatus.DOWN : InstanceStatus.UP;
        // To tell is one revision more by itself, which is not worth telling.
        if (now != status || (next.isOver() && revision > told + 1)) {
            status = now;
            told = revision;
            next = context.deadline(PACE);
            metadata.put(REVISION, Long.toUnsignedString(revision));
            var unused =
                    registration.updateAsync(InstanceUpdate.none().status(now).metadata(metadata));
        }
    }

    /** Takes the folder off the list: it follows no more. */
    @Override
    public void close() {
        registration.close();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
