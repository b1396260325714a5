// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import com.google.protobuf.MessageOrBuilder;
import dev.muster.core.key.Key;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.NodeReport;
import dev.muster.internal.v1.OpenSession;
import dev.muster.internal.v1.Settings;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.Consistency;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.Moment;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The rules that a request can be held against without knowing the state.
 *
 * <p>Every method returns if the request is well-formed and throws a {@link Rejection} that names the first field that
 * is not. The server asks before it hands a command to the log, to answer early; apply asks again, as it believes
 * nobody. Stateless, thus thread-safe.
 */
public final class Validation {
    private Validation() {}

    /** A registration. */
    public static void register(RegisterRequest request) {
        known(request, "register");
        instance(request.getInstance());
    }

    /** A deregistration. */
    public static void deregister(DeregisterRequest request) {
        known(request, "deregister");
        key("key", request.getKey());
    }

    /** An update. */
    public static void update(UpdateRequest request) {
        known(request, "update");
        key("key", request.getKey());
        if (request.hasStatus()) {
            status("status", request.getStatus(), false);
        }
        if (request.hasWeight()) {
            weight("weight", request.getWeight());
        }
        if (request.hasMetadata()) {
            known(request.getMetadata(), "metadata");
            metadata("metadata", request.getMetadata().getEntriesMap());
        }
    }

    /** A batch: its size, and each of its changes. */
    public static void batch(BatchRequest request) {
        known(request, "batch");
        operationSize(request.getSerializedSize());
        int count = request.getChangesCount();
        if (count < 1 || count > Limits.MAX_BATCH_CHANGES) {
            throw Rejection.invalid("changes", count, "1 to " + Limits.MAX_BATCH_CHANGES);
        }
        Set<Key> keys = new HashSet<>();
        for (int i = 0; i < count; i++) {
            try {
                change(request.getChanges(i), keys);
            } catch (Rejection rejection) {
                throw rejection.within("changes[" + i + "]");
            }
        }
    }

    /** The grant of a lease. */
    public static void grantLease(GrantLeaseRequest request) {
        known(request, "grant_lease");
        ttlMillis(request.getTtlMillis());
    }

    /** The time of a lease. */
    public static void ttlMillis(int ttlMillis) {
        if (ttlMillis < Limits.MIN_TTL_MILLIS || ttlMillis > Limits.MAX_TTL_MILLIS) {
            throw Rejection.invalid(
                    "ttl_millis",
                    Integer.toUnsignedLong(ttlMillis),
                    Limits.MIN_TTL_MILLIS + " to " + Limits.MAX_TTL_MILLIS);
        }
    }

    /** What a program calls itself; may be empty. */
    public static void clientName(String clientName) {
        Text.free("client_name", clientName, Limits.MAX_LABEL_CHARS);
    }

    /** The name of a node. */
    public static void node(String node) {
        Text.name("node", node, Limits.MAX_SHORT_NAME_CHARS);
    }

    /** A lookup. */
    public static void lookup(LookupRequest request) {
        service(request.getNamespace(), request.getService());
        if (!request.getId().isEmpty()) {
            Text.name("id", request.getId(), Limits.MAX_NAME_CHARS);
        }
        read(request.getRead());
        moment(request.hasAt(), request.getAt());
    }

    /** A page of services. Its token is the business of who made it. */
    public static void listServices(ListServicesRequest request) {
        if (!request.getNamespace().isEmpty()) {
            Text.name("namespace", request.getNamespace(), Limits.MAX_NAME_CHARS);
        }
        pageSize(request.getPageSize());
        read(request.getRead());
        moment(request.hasAt(), request.getAt());
    }

    /** How fresh a read must be. */
    public static void read(ReadOptions read) {
        if (read.getConsistency() == Consistency.UNRECOGNIZED) {
            throw Rejection.invalid("read.consistency", read.getConsistencyValue(), "a known consistency");
        }
        int age = read.getMaxAgeMillis();
        if (read.getConsistency() == Consistency.CONSISTENCY_BOUNDED && (age < 1 || age > Limits.MAX_READ_AGE_MILLIS)) {
            throw Rejection.invalid(
                    "read.max_age_millis", Integer.toUnsignedLong(age), "1 to " + Limits.MAX_READ_AGE_MILLIS);
        }
    }

    private static void moment(boolean given, Moment at) {
        boolean good = switch (at.getAtCase()) {
            case REVISION -> at.getRevision() > 0;
            case TIME_MILLIS -> at.getTimeMillis() > 0;
            case AT_NOT_SET -> !given;
        };
        if (!good) {
            throw Rejection.invalid(
                    "at",
                    at.hasRevision() ? Long.toUnsignedString(at.getRevision()) : Long.toString(at.getTimeMillis()),
                    "a revision that was made, or a time after 1970");
        }
    }

    /** The name of a service; an empty namespace means the default one. */
    public static void service(String namespace, String service) {
        if (!namespace.isEmpty()) {
            Text.name("namespace", namespace, Limits.MAX_NAME_CHARS);
        }
        Text.name("service", service, Limits.MAX_NAME_CHARS);
    }

    /** The settings of a cluster: every one within its bounds. */
    public static void settings(Settings settings) {
        known(settings, "settings");
        setting("max_instances", settings.getMaxInstances(), 1, Limits.MAX_SETTING_COUNT);
        setting("max_instances_per_service", settings.getMaxInstancesPerService(), 1, Limits.MAX_SETTING_COUNT);
        setting("max_sessions", settings.getMaxSessions(), 1, Limits.MAX_SETTING_COUNT);
        setting("max_leases", settings.getMaxLeases(), 1, Limits.MAX_SETTING_COUNT);
        setting("max_outcomes", settings.getMaxOutcomes(), 1, Limits.MAX_SETTING_OUTCOMES);
        setting("max_tombstones", settings.getMaxTombstones(), 0, Limits.MAX_SETTING_COUNT);
        setting("max_events", settings.getMaxEvents(), 1, Limits.MAX_SETTING_COUNT);
        setting("expiry_budget_percent", settings.getExpiryBudgetPercent(), 0, 100);
        setting("expiry_budget_min_instances", settings.getExpiryBudgetMinInstances(), 1, Limits.MAX_SETTING_COUNT);
        setting("expiry_window_millis", settings.getExpiryWindowMillis(), 1, Limits.MAX_SETTING_MILLIS);
        setting("hold_millis", settings.getHoldMillis(), 1, Limits.MAX_SETTING_MILLIS);
        setting("max_pairs", settings.getMaxPairs(), 0, Limits.MAX_SETTING_COUNT);
        setting("pair_grace_millis", settings.getPairGraceMillis(), Limits.MIN_TTL_MILLIS, Limits.MAX_TTL_MILLIS);
    }

    /** A session to be opened. */
    public static void openSession(OpenSession request) {
        known(request, "open_session");
        clientName(request.getClientName());
        ttlMillis(request.getTtlMillis());
    }

    /** A command beside its operation. */
    static void command(Command command) {
        known(command, "command");
    }

    /** How many leases one command names. */
    static void leaseCount(int count) {
        if (count > Limits.MAX_LEASES_PER_COMMAND) {
            throw Rejection.invalid("leases", count, "at most " + Limits.MAX_LEASES_PER_COMMAND);
        }
    }

    /** What a node reports. */
    static void nodeReport(NodeReport request) {
        known(request, "node_report");
        node(request.getNode());
        Text.free("text", request.getText(), Limits.MAX_REPORT_CHARS);
    }

    /** The first command of a term. */
    static void termStarted(TermStarted request) {
        known(request, "term_started");
        node(request.getNode());
    }

    /** The beginning of a cluster. */
    static void genesis(Genesis genesis, Stamp stamp) {
        known(genesis, "genesis");
        if (genesis.getClusterId().isEmpty()) {
            throw Rejection.invalid("genesis.cluster_id", "", "the id of the new cluster");
        }
        Text.free("genesis.cluster_id", genesis.getClusterId(), Limits.MAX_LABEL_CHARS);
        setting("genesis.feature_level", genesis.getFeatureLevel(), 1, Limits.FEATURE_LEVEL);
        settings(genesis.getSettings());
        if (stamp.getTimeMillis() < 1 || stamp.getTimeMillis() > Limits.MAX_CLOCK_MILLIS) {
            throw Rejection.invalid("stamp.time_millis", stamp.getTimeMillis(), "1 to " + Limits.MAX_CLOCK_MILLIS);
        }
        if (stamp.getTerm() < 0) {
            throw Rejection.invalid("stamp.term", Long.toUnsignedString(stamp.getTerm()), "a term of the log");
        }
    }

    /** What a leader puts on a command. */
    static void stamp(Stamp stamp) {
        known(stamp, "stamp");
        Text.free("stamp.principal", stamp.getPrincipal(), Limits.MAX_PRINCIPAL_CHARS);
        Text.free("stamp.node", stamp.getNode(), Limits.MAX_SHORT_NAME_CHARS);
    }

    /** The size of an encoded operation. */
    public static void operationSize(int bytes) {
        if (bytes > Limits.MAX_OPERATION_BYTES) {
            throw Rejection.invalid(
                    "operation", bytes + " bytes", "at most " + Limits.MAX_OPERATION_BYTES + " bytes when encoded");
        }
    }

    /** Fields that this code does not know must not be dropped in silence: the sender counts on them. */
    static void known(MessageOrBuilder message, String what) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw Rejection.unsupported("field "
                    + message.getUnknownFields().asMap().keySet().iterator().next() + " of " + what);
        }
    }

    private static void change(Change change, Set<Key> keys) {
        known(change, "change");
        InstanceKey key = switch (change.getChangeCase()) {
            case REGISTER -> {
                register(change.getRegister());
                yield change.getRegister().getInstance().getKey();
            }
            case DEREGISTER -> {
                deregister(change.getDeregister());
                yield change.getDeregister().getKey();
            }
            case UPDATE -> {
                update(change.getUpdate());
                yield change.getUpdate().getKey();
            }
            case CHANGE_NOT_SET -> throw Rejection.invalid("change", "", "register, deregister or update");
        };
        if (!keys.add(Key.of(key))) {
            throw Rejection.invalid("key", Key.of(key).toString(), "each instance once");
        }
    }

    private static void instance(Instance instance) {
        known(instance, "instance");
        key("instance.key", instance.getKey());
        int count = instance.getEndpointsCount();
        if (count < 1 || count > Limits.MAX_ENDPOINTS) {
            throw Rejection.invalid("instance.endpoints", count, "1 to " + Limits.MAX_ENDPOINTS);
        }
        for (int i = 0; i < count; i++) {
            endpoint(instance, i);
        }
        Text.free("instance.zone", instance.getZone(), Limits.MAX_LABEL_CHARS);
        Text.free("instance.version", instance.getVersion(), Limits.MAX_LABEL_CHARS);
        weight("instance.weight", instance.getWeight());
        metadata("instance.metadata", instance.getMetadataMap());
        status("instance.status", instance.getStatus(), true);
    }

    static void pageSize(int pageSize) {
        if (pageSize < 0 || pageSize > Limits.MAX_PAGE_SIZE) {
            throw Rejection.invalid("page_size", Integer.toUnsignedLong(pageSize), "0 to " + Limits.MAX_PAGE_SIZE);
        }
    }

    static void key(String field, InstanceKey key) {
        known(key, field);
        if (!key.getNamespace().isEmpty()) {
            Text.name(field + ".namespace", key.getNamespace(), Limits.MAX_NAME_CHARS);
        }
        Text.name(field + ".service", key.getService(), Limits.MAX_NAME_CHARS);
        Text.name(field + ".id", key.getId(), Limits.MAX_NAME_CHARS);
    }

    private static void endpoint(Instance instance, int index) {
        Endpoint endpoint = instance.getEndpoints(index);
        String field = "instance.endpoints[" + index + "]";
        known(endpoint, field);
        Text.name(field + ".name", endpoint.getName(), Limits.MAX_SHORT_NAME_CHARS);
        Text.name(field + ".protocol", endpoint.getProtocol(), Limits.MAX_SHORT_NAME_CHARS);
        Text.host(field + ".host", endpoint.getHost());
        if (endpoint.getPort() < 1 || endpoint.getPort() > Limits.MAX_PORT) {
            throw Rejection.invalid(
                    field + ".port", Integer.toUnsignedLong(endpoint.getPort()), "1 to " + Limits.MAX_PORT);
        }
        for (int i = 0; i < index; i++) {
            if (instance.getEndpoints(i).getName().equals(endpoint.getName())) {
                throw Rejection.invalid(field + ".name", endpoint.getName(), "each name once");
            }
        }
    }

    private static void weight(String field, int weight) {
        if (weight < 0 || weight > Limits.MAX_WEIGHT) {
            throw Rejection.invalid(field, Integer.toUnsignedLong(weight), "0 to " + Limits.MAX_WEIGHT);
        }
    }

    private static void status(String field, Status status, boolean mayBeUnspecified) {
        if (status == Status.UNRECOGNIZED || (status == Status.STATUS_UNSPECIFIED && !mayBeUnspecified)) {
            throw Rejection.invalid(field, status.name(), "STARTING, UP, DRAINING or DOWN");
        }
    }

    private static void metadata(String field, Map<String, String> metadata) {
        if (metadata.size() > Limits.MAX_METADATA_ENTRIES) {
            throw Rejection.invalid(
                    field, metadata.size() + " pairs", "at most " + Limits.MAX_METADATA_ENTRIES + " pairs");
        }
        int bytes = 0;
        for (Map.Entry<String, String> pair : metadata.entrySet()) {
            if (pair.getKey().isEmpty()) {
                throw Rejection.invalid(field + " key", "", "1 to " + Limits.MAX_METADATA_KEY_CHARS + " characters");
            }
            Text.free(field + " key", pair.getKey(), Limits.MAX_METADATA_KEY_CHARS);
            Text.printable(field + "[" + pair.getKey() + "]", pair.getValue());
            bytes += utf8Length(pair.getKey()) + utf8Length(pair.getValue());
        }
        if (bytes > Limits.MAX_METADATA_BYTES) {
            throw Rejection.invalid(
                    field, bytes + " bytes", "at most " + Limits.MAX_METADATA_BYTES + " bytes together");
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void setting(String field, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw Rejection.invalid(field, Integer.toUnsignedLong(value), lowest + " to " + highest);
        }
    }
}
