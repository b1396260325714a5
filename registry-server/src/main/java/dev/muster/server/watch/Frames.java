// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.catalog.Tombstone;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchResponse;
import dev.muster.v1.WatchSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the frames of a watch so that the dear part is made once for all who watch: the list of instances, taken as
 * the bytes at rest, is the second half of a message whose first half (which watch, which revision, which token) is the
 * watcher's own. Two encoded halves of one message, one behind the other, are that message. Stateless.
 */
final class Frames {
    private Frames() {}

    /** The shared half of a snapshot. */
    static ByteString snapshotBody(@Nullable ServiceEntry service) {
        return encode(out -> {
            if (service != null) {
                writeInstances(out, WatchSnapshot.INSTANCES_FIELD_NUMBER, service, 0);
            }
        });
    }

    /** The shared half of a delta: what changed after the revision. */
    static ByteString deltaBody(ServiceEntry service, long since) {
        return encode(out -> {
            writeInstances(out, WatchDelta.CHANGED_FIELD_NUMBER, service, since);
            for (Tombstone removed : service.removedSince(since)) {
                out.writeString(WatchDelta.REMOVED_FIELD_NUMBER, removed.id());
            }
        });
    }

    static ByteString snapshot(WatchSnapshot own, ByteString body) {
        return frame(WatchResponse.SNAPSHOT_FIELD_NUMBER, own, body);
    }

    static ByteString delta(WatchDelta own, ByteString body) {
        return frame(WatchResponse.DELTA_FIELD_NUMBER, own, body);
    }

    private static void writeInstances(CodedOutputStream out, int field, ServiceEntry service, long since)
            throws IOException {
        for (InstanceRecord instance : service.changedSince(since)) {
            out.writeBytes(field, instance.encoded());
        }
    }

    private static ByteString frame(int field, MessageLite own, ByteString body) {
        ByteString head = encode(out -> {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(own.getSerializedSize() + body.size());
            own.writeTo(out);
        });
        return head.concat(body);
    }

    private static ByteString encode(Encoder encoder) {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            encoder.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteString();
    }

    @FunctionalInterface
    private interface Encoder {
        void writeTo(CodedOutputStream out) throws IOException;
    }
}
