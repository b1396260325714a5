// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.client.ServiceInstance;
import dev.muster.v1.Instance;
import dev.muster.v1.LookupRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes lists of instances from what the registry sent. Services are asked for far more often than they change: what came
 * with the same bytes the last time is not made again, and costs a comparison. Thread-safe.
 */
final class ReadLists {
    /** Services whose last list is kept; beyond that, all are forgotten. */
    static final int MOST_KEPT = 256;
    /** A longer list is not kept. */
    static final int LONGEST_KEPT = 1_024;

    private record Question(String namespace, String service, boolean all) {}

    /** A list, and what it was made of. */
    private record Kept(List<ByteString> encoded, List<ServiceInstance> instances) {
        static final Kept NOTHING = new Kept(List.of(), List.of());
    }

    private final Map<Question, Kept> kept = new ConcurrentHashMap<>();

    /** The instances in an answer to the request. */
    List<ServiceInstance> instances(LookupRequest request, List<ByteString> encoded) {
        if (!request.getId().isEmpty() || encoded.size() > LONGEST_KEPT) {
            return made(encoded, Kept.NOTHING);
        }
        Question question = new Question(request.getNamespace(), request.getService(), request.getAll());
        Kept last = kept.getOrDefault(question, Kept.NOTHING);
        List<ServiceInstance> instances = made(encoded, last);
        if (instances != last.instances()) {
            if (kept.size() >= MOST_KEPT) {
                kept.clear();
            }
            kept.put(question, new Kept(encoded.stream().map(ReadLists::copy).toList(), instances));
        }
        return instances;
    }

    private static List<ServiceInstance> made(List<ByteString> encoded, Kept last) {
        List<ServiceInstance> instances = new ArrayList<>(encoded.size());
        boolean same = last.encoded().size() == encoded.size();
        for (int i = 0; i < encoded.size(); i++) {
            if (last != null
                    && i < last.encoded().size()
                    && same(encoded.get(i), last.encoded().get(i))) {
                instances.add(last.instances().get(i));
            } else {
                instances.add(made(encoded.get(i)));
                same = false;
            }
        }
        return same ? last.instances() : List.copyOf(instances);
    }

    private static ServiceInstance made(ByteString encoded) {
        try {
            return Wire.instance(Instance.parseFrom(encoded));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("an instance that is not readable", e);
        }
    }

    /** Buffers are compared by many bytes at a time. */
    private static boolean same(ByteString one, ByteString other) {
        return one.size() == other.size() && one.asReadOnlyByteBuffer().equals(other.asReadOnlyByteBuffer());
    }

    /** What came is part of a frame, which is not to be kept for it. */
    private static ByteString copy(ByteString part) {
        return ByteString.copyFrom(part.asReadOnlyByteBuffer());
    }
}
