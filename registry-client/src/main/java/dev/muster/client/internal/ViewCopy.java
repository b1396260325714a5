// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.client.ServiceInstance;
import dev.muster.v1.Header;
import dev.muster.v1.Instance;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchSnapshot;
import java.util.List;
import java.util.TreeMap;

/**
 * A copy of one service's list, and how it follows the frames of whichever node feeds it: within an epoch it never goes
 * back in revision, and it never takes a delta that does not join on. Changes are absolute (this instance is now so,
 * that one is gone), so a delta that begins before the copy's revision and ends after it leads to the right list.
 * Confined to the loop.
 */
final class ViewCopy {
    private final TreeMap<String, ServiceInstance> instances = new TreeMap<>();
    private boolean filled;
    private boolean takesAnything = true;
    private long epochId;
    private long epochOrdinal;
    private long revision;
    private ByteString token = ByteString.EMPTY;

    /** What a frame did to the copy. */
    enum Step {
        /** The list is another one now. */
        CHANGED,
        /** The list is the same, at this or a later revision. */
        SAME,
        /** The frame tells of a time that the copy has passed. */
        BEHIND,
        /** Something between the copy and the frame is missing: a whole list is needed. */
        GAP
    }

    /** The next whole list is taken, whatever history it comes from. */
    void takeAnything() {
        takesAnything = true;
        dropToken();
    }

    /** The copy cannot be continued, only replaced by a list that is not older. */
    void dropToken() {
        token = ByteString.EMPTY;
    }

    /** Where to continue; empty when only a whole list can help. */
    ByteString token() {
        return token;
    }

    boolean isFilled() {
        return filled;
    }

    /** Up to here it equals the registry's list. */
    long revision() {
        return revision;
    }

    long epochId() {
        return epochId;
    }

    long epochOrdinal() {
        return epochOrdinal;
    }

    /** All instances, ordered by id. */
    List<ServiceInstance> instances() {
        return List.copyOf(instances.values());
    }

    Step snapshot(WatchSnapshot snapshot) {
        Header header = snapshot.getHeader();
        if (isBehind(header)) {
            return Step.BEHIND;
        }
        instances.clear();
        put(snapshot.getInstancesList());
        takesAnything = false;
        filled = true;
        epochId = header.getEpochId();
        epochOrdinal = header.getEpochOrdinal();
        revision = header.getRevision();
        token = snapshot.getResumeToken();
        return Step.CHANGED;
    }

    Step delta(WatchDelta delta) {
        Header header = delta.getHeader();
        if (!filled || takesAnything || !isSameEpoch(header)) {
            return isBehind(header) ? Step.BEHIND : Step.GAP;
        }
        if (header.getRevision() < revision) {
            return Step.BEHIND;
        }
        if (delta.getFromRevision() > revision) {
            return Step.GAP;
        }
        revision = header.getRevision();
        token = delta.getResumeToken();
        put(delta.getChangedList());
        delta.getRemovedList().forEach(instances::remove);
        return delta.getChangedCount() + delta.getRemovedCount() > 0 ? Step.CHANGED : Step.SAME;
    }

    Step progress(Header header) {
        if (!filled || takesAnything || !isSameEpoch(header) || header.getRevision() < revision) {
            return Step.BEHIND;
        }
        revision = header.getRevision();
        return Step.SAME;
    }

    private void put(List<Instance> changed) {
        for (Instance instance : changed) {
            instances.put(instance.getKey().getId(), Wire.instance(instance));
        }
    }

    private boolean isSameEpoch(Header header) {
        return header.getEpochId() == epochId && header.getEpochOrdinal() == epochOrdinal;
    }

    private boolean isBehind(Header header) {
        if (!filled || takesAnything) {
            return false;
        }
        return isSameEpoch(header)
                ? header.getRevision() < revision
                : Long.compareUnsigned(header.getEpochOrdinal(), epochOrdinal) < 0;
    }
}
