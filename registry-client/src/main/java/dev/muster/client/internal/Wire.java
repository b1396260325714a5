// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.muster.client.Change;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.KeyStatus;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.LedgerRange;
import dev.muster.client.Listing;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.Member;
import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.client.StateHash;
import dev.muster.client.TakenSnapshot;
import dev.muster.client.WriteResult;
import dev.muster.encoded.v1.EncodedLookupResponse;
import dev.muster.encoded.v1.EncodedLookupResult;
import dev.muster.encoded.v1.EncodedReply;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Consistency;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Header;
import dev.muster.v1.Instance;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.MembersResponse;
import dev.muster.v1.Metadata;
import dev.muster.v1.Moment;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.ReturnKeysRequest;
import dev.muster.v1.Role;
import dev.muster.v1.StateHashResponse;
import dev.muster.v1.Status;
import dev.muster.v1.StatusResponse;
import dev.muster.v1.TakeSnapshotResponse;
import dev.muster.v1.UpdateRequest;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The one translator between the API's values and the wire's messages. Stateless. */
final class Wire {
    private static final Duration UNKNOWN_AGE = ChronoUnit.FOREVER.getDuration();

    private Wire() {}

    static Request.Builder request(Change change, String defaultNamespace) {
        Request.Builder request = Request.newBuilder();
        if (change instanceof Change.Register register) {
            return request.setRegister(register(register, defaultNamespace));
        } else if (change instanceof Change.Deregister deregister) {
            return request.setDeregister(deregister(deregister, defaultNamespace));
        } else {
            return request.setUpdate(update((Change.Update) change, defaultNamespace));
        }
    }

    static Request.Builder request(List<Change> changes, String defaultNamespace) {
        BatchRequest.Builder batch = BatchRequest.newBuilder();
        for (Change change : changes) {
            dev.muster.v1.Change.Builder one = batch.addChangesBuilder();
            if (change instanceof Change.Register register) {
                one.setRegister(register(register, defaultNamespace));
            } else if (change instanceof Change.Deregister deregister) {
                one.setDeregister(deregister(deregister, defaultNamespace));
            } else {
                one.setUpdate(update((Change.Update) change, defaultNamespace));
            }
        }
        return Request.newBuilder().setBatch(batch);
    }

    static RegisterRequest register(Change.Register register, String defaultNamespace) {
        return RegisterRequest.newBuilder()
                .setInstance(instance(register.instance(), defaultNamespace))
                .setSupersedes(register.supersedes())
                .build();
    }

    static DeregisterRequest deregister(Change.Deregister deregister, String defaultNamespace) {
        return DeregisterRequest.newBuilder()
                .setKey(key(deregister.key(), defaultNamespace))
                .setIncarnation(deregister.incarnation())
                .build();
    }

    static UpdateRequest update(Change.Update change, String defaultNamespace) {
        UpdateRequest.Builder request = UpdateRequest.newBuilder()
                .setKey(key(change.key(), defaultNamespace))
                .setIncarnation(change.incarnation())
                .setExpectedModifyRevision(change.expectedModifyRevision());
        InstanceUpdate update = change.update();
        update.status().ifPresent(status -> request.setStatus(status(status)));
        update.weight().ifPresent(request::setWeight);
        update.metadata()
                .ifPresent(all -> request.setMetadata(Metadata.newBuilder().putAllEntries(all)));
        return request.build();
    }

    static LookupRequest lookup(LookupQuery query, String defaultNamespace) {
        LookupRequest.Builder request = LookupRequest.newBuilder()
                .setNamespace(query.namespace().isEmpty() ? defaultNamespace : query.namespace())
                .setService(query.service())
                .setId(query.id())
                .setAll(query.notServing())
                .setRead(read(query.consistency()).setMinRevision(query.minRevision()));
        query.moment().ifPresent(moment -> request.setAt(moment(moment)));
        return request.build();
    }

    static Moment moment(dev.muster.client.Moment moment) {
        Moment.Builder wire = Moment.newBuilder();
        return moment.time()
                .map(time -> wire.setTimeMillis(time.toEpochMilli()))
                .orElseGet(() -> wire.setRevision(moment.revision()))
                .build();
    }

    static ListServicesRequest listServices(
            String namespace, dev.muster.client.Consistency consistency, int pageSize, String pageToken) {
        return ListServicesRequest.newBuilder()
                .setNamespace(namespace)
                .setPageSize(pageSize)
                .setPageToken(pageToken)
                .setRead(read(consistency))
                .build();
    }

    static WriteResult writeResult(Result result) {
        return switch (result.getResultCase()) {
            case REGISTER ->
                written(result.getRegister().getHeader(), result.getRegister().getIncarnation());
            case DEREGISTER -> written(result.getDeregister().getHeader(), 0);
            case UPDATE -> written(result.getUpdate().getHeader(), 0);
            case BATCH ->
                new WriteResult(
                        position(result.getBatch().getHeader()),
                        result.getBatch().getIncarnationsList());
            case ERROR,
                    GRANT_LEASE,
                    REVOKE_LEASE,
                    CLOSE_SESSION,
                    CREATE_KEYSPACE,
                    NEXT_KEY_SET,
                    RETURN_KEYS,
                    RESUME_KEYSPACE,
                    APPEND_EVENT,
                    LOOKUP,
                    LIST_SERVICES,
                    RESULT_NOT_SET ->
                throw new IllegalArgumentException(
                        "result: " + result.getResultCase() + " (expected: that of a change)");
        };
    }

    /** The result of one change; an incarnation of 0 for one that registers nothing. */
    static WriteResult written(Header header, long incarnation) {
        return new WriteResult(position(header), List.of(incarnation));
    }

    /** The method with responses that are read as another message, which is the same on the wire. */
    static <Q, R extends Message> MethodDescriptor<Q, R> encoded(MethodDescriptor<Q, ?> method, R response) {
        return method.toBuilder(method.getRequestMarshaller(), ProtoUtils.marshaller(response))
                .build();
    }

    static Result result(EncodedReply reply) {
        try {
            return Result.parseFrom(reply.getResult());
        } catch (InvalidProtocolBufferException e) {
            return unreadable(e);
        }
    }

    static EncodedLookupResult lookupResult(EncodedReply reply) {
        CodedInputStream in = reply.getResult().newCodedInput();
        // The instances are parts of what came, not copies.
        in.enableAliasing(true);
        try {
            return EncodedLookupResult.parseFrom(in);
        } catch (IOException e) {
            return EncodedLookupResult.newBuilder()
                    .setError(unreadable(e).getError())
                    .build();
        }
    }

    private static Result unreadable(IOException e) {
        return Result.newBuilder()
                .setError(Failures.error(Reason.REASON_INTERNAL, "an answer that is not readable: " + e.getMessage()))
                .build();
    }

    static LookupResult lookupResult(EncodedLookupResponse response, List<ServiceInstance> instances) {
        return new LookupResult(
                position(response.getHeader()),
                age(response.getHeader()),
                instances,
                response.getKnown(),
                response.getNotServing(),
                response.getHeld());
    }

    static ServiceSummary summary(dev.muster.v1.ServiceSummary summary) {
        return new ServiceSummary(
                summary.getNamespace(),
                summary.getService(),
                summary.getInstances(),
                summary.getServing(),
                summary.getHeld(),
                summary.getRevision());
    }

    static Position position(Header header) {
        return new Position(header.getEpochId(), header.getEpochOrdinal(), header.getRevision());
    }

    static Duration age(Header header) {
        return header.getAgeMillis() < 0 ? UNKNOWN_AGE : Duration.ofMillis(header.getAgeMillis());
    }

    static List<ServiceInstance> instances(List<Instance> instances) {
        return instances.stream().map(Wire::instance).toList();
    }

    static ServiceInstance instance(Instance instance) {
        dev.muster.v1.InstanceKey key = instance.getKey();
        return ServiceInstance.of(InstanceKey.of(key.getNamespace(), key.getService(), key.getId()))
                .endpoints(
                        instance.getEndpointsList().stream().map(Wire::endpoint).toList())
                .zone(instance.getZone())
                .weight(instance.getWeight())
                .version(instance.getVersion())
                .metadata(instance.getMetadataMap())
                .status(status(instance.getStatus()))
                .listing(listing(instance));
    }

    static NodeStatus nodeStatus(StatusResponse status) {
        return new NodeStatus(
                position(status.getHeader()),
                age(status.getHeader()),
                status.getClusterId(),
                status.getNode(),
                status.getStorageId(),
                role(status.getRole()),
                status.getTerm(),
                status.getLeader(),
                status.getLeaderAddress(),
                status.getReady(),
                status.getGrey(),
                Duration.ofMillis(status.getDiskMillis()),
                status.getAppliedIndex(),
                status.getCommitIndex(),
                status.getSnapshotIndex(),
                status.getServices(),
                status.getInstances(),
                status.getLeases(),
                status.getSessions(),
                status.getWatches(),
                status.getHeldLeases(),
                Duration.ofMillis(status.getUptimeMillis()),
                status.getVersion(),
                status.getFeatureLevel());
    }

    static List<Member> members(MembersResponse members) {
        return members.getMembersList().stream()
                .map(member -> new Member(
                        member.getNode(),
                        member.getStorageId(),
                        member.getAddress(),
                        member.getRaftAddress(),
                        member.getLeader()))
                .toList();
    }

    static StateHash stateHash(StateHashResponse hash) {
        return new StateHash(hash.getNode(), position(hash.getHeader()), hash.getHash());
    }

    static TakenSnapshot takenSnapshot(TakeSnapshotResponse snapshot) {
        return new TakenSnapshot(position(snapshot.getHeader()), snapshot.getIndex(), snapshot.getBytes());
    }

    static CreateKeyspaceRequest createKeyspace(KeyspaceSpec spec) {
        CreateKeyspaceRequest.Builder request = CreateKeyspaceRequest.newBuilder()
                .setName(spec.name())
                .setWidth(spec.width())
                .setStart(number(spec.start()));
        spec.max().ifPresent(max -> request.setMax(number(max)));
        return request.build();
    }

    static Request.Builder nextKeySet(String keyspace, int size) {
        return Request.newBuilder()
                .setNextKeySet(
                        NextKeySetRequest.newBuilder().setKeyspace(keyspace).setSize(size));
    }

    static Request.Builder returnKeys(String keyspace, Key first, Key last) {
        return Request.newBuilder()
                .setReturnKeys(ReturnKeysRequest.newBuilder()
                        .setKeyspace(keyspace)
                        .setKeys(
                                NumberRange.newBuilder().setFirst(number(first)).setLast(number(last))));
    }

    static KeySet keySet(Result result) {
        return keySet(result.getNextKeySet().getKeys());
    }

    static KeySet keySet(NumberRange keys) {
        Key first = key(keys.getFirst());
        return new KeySet(first, Math.toIntExact(keys.getLast().getLow() - first.low() + 1));
    }

    static KeyspaceInfo keyspaceInfo(dev.muster.v1.Keyspace keyspace) {
        return new KeyspaceInfo(
                keyspace.getName(),
                keyspace.getWidth(),
                key(keyspace.getStart()),
                key(keyspace.getMax()),
                keyspace.hasNext() ? Optional.of(key(keyspace.getNext())) : Optional.empty(),
                keyspace.getClosed(),
                keyspace.getHeld(),
                keyspace.getIssued(),
                keyspace.getReturned(),
                keyspace.getLost(),
                keyspace.getSummarised());
    }

    static LedgerRange ledgerRange(dev.muster.v1.LedgerRange range) {
        return new LedgerRange(
                key(range.getKeys().getFirst()),
                key(range.getKeys().getLast()),
                status(range.getStatus()),
                range.getSession(),
                range.getOwner(),
                range.getRevision(),
                Instant.ofEpochMilli(range.getIssuedAtMillis()),
                Instant.ofEpochMilli(range.getChangedAtMillis()));
    }

    private static Key key(Number number) {
        return new Key(number.getHigh(), number.getLow());
    }

    static Number number(Key key) {
        return Number.newBuilder().setHigh(key.high()).setLow(key.low()).build();
    }

    private static KeyStatus status(dev.muster.v1.KeyStatus status) {
        return switch (status) {
            case KEY_STATUS_HELD -> KeyStatus.HELD;
            case KEY_STATUS_RETURNED -> KeyStatus.RETURNED;
            case KEY_STATUS_LOST -> KeyStatus.LOST;
            case KEY_STATUS_ISSUED, KEY_STATUS_UNSPECIFIED, UNRECOGNIZED -> KeyStatus.ISSUED;
        };
    }

    /** An instance as a registry lists it. */
    static Instance listed(ServiceInstance instance) {
        Listing listing = instance.listing();
        return instance(instance, "").toBuilder()
                .setLease(listing.lease())
                .setIncarnation(listing.incarnation())
                .setCreateRevision(listing.createRevision())
                .setModifyRevision(listing.modifyRevision())
                .setRegisteredAtMillis(listing.registeredAt().toEpochMilli())
                .build();
    }

    private static Instance instance(ServiceInstance instance, String defaultNamespace) {
        Instance.Builder wire = Instance.newBuilder()
                .setKey(key(instance.key(), defaultNamespace))
                .setZone(instance.zone())
                .setWeight(instance.weight())
                .setVersion(instance.version())
                .putAllMetadata(instance.metadata())
                .setStatus(status(instance.status()));
        for (Endpoint endpoint : instance.endpoints()) {
            wire.addEndpointsBuilder()
                    .setName(endpoint.name())
                    .setProtocol(endpoint.protocol())
                    .setHost(endpoint.host())
                    .setPort(endpoint.port());
        }
        return wire.build();
    }

    static dev.muster.v1.InstanceKey key(InstanceKey key, String defaultNamespace) {
        return dev.muster.v1.InstanceKey.newBuilder()
                .setNamespace(key.namespace().isEmpty() ? defaultNamespace : key.namespace())
                .setService(key.service())
                .setId(key.id())
                .build();
    }

    private static Endpoint endpoint(dev.muster.v1.Endpoint endpoint) {
        return new Endpoint(endpoint.getName(), endpoint.getProtocol(), endpoint.getHost(), endpoint.getPort());
    }

    private static Listing listing(Instance instance) {
        return new Listing(
                instance.getLease(),
                instance.getIncarnation(),
                instance.getCreateRevision(),
                instance.getModifyRevision(),
                Instant.ofEpochMilli(instance.getRegisteredAtMillis()));
    }

    static ReadOptions.Builder read(dev.muster.client.Consistency consistency) {
        ReadOptions.Builder read = ReadOptions.newBuilder();
        return switch (consistency.level()) {
            case LINEARIZABLE -> read.setConsistency(Consistency.CONSISTENCY_LINEARIZABLE);
            case BOUNDED ->
                read.setConsistency(Consistency.CONSISTENCY_BOUNDED)
                        .setMaxAgeMillis(Math.toIntExact(consistency.maxAge().toMillis()));
            case LOCAL -> read.setConsistency(Consistency.CONSISTENCY_LOCAL);
        };
    }

    private static Status status(InstanceStatus status) {
        return switch (status) {
            case STARTING -> Status.STATUS_STARTING;
            case UP -> Status.STATUS_UP;
            case DRAINING -> Status.STATUS_DRAINING;
            case DOWN -> Status.STATUS_DOWN;
        };
    }

    /** The status, unless nothing was said of it. */
    static Optional<InstanceStatus> statusIfSaid(Status status) {
        return status == Status.STATUS_UNSPECIFIED ? Optional.empty() : Optional.of(status(status));
    }

    /** What this client does not know does not serve. */
    private static InstanceStatus status(Status status) {
        return switch (status) {
            case STATUS_STARTING -> InstanceStatus.STARTING;
            case STATUS_UP -> InstanceStatus.UP;
            case STATUS_DRAINING -> InstanceStatus.DRAINING;
            case STATUS_DOWN, STATUS_UNSPECIFIED, UNRECOGNIZED -> InstanceStatus.DOWN;
        };
    }

    private static NodeRole role(Role role) {
        return switch (role) {
            case ROLE_LEADER -> NodeRole.LEADER;
            case ROLE_FOLLOWER -> NodeRole.FOLLOWER;
            case ROLE_CANDIDATE -> NodeRole.CANDIDATE;
            case ROLE_JOINING -> NodeRole.JOINING;
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> NodeRole.UNKNOWN;
        };
    }
}
