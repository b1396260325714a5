// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DataFolder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The one place that sets properties of Ratis. Defaults that break a promise are set even where they are right today. */
final class RaftSettings {
    /** Of the entries that are sent to a follower at once. */
    static final long APPENDER_BYTES = 2 * 1024 * 1024;

    private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf(APPENDER_BYTES + 64 * 1024);

    private RaftSettings() {}

    static RaftProperties properties(DataFolder folder, RaftOptions options) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, new PeerRpcType());
        storage(properties, folder, options);
        elections(properties, options);
        safety(properties);
        flow(properties);
        return properties;
    }

    private static void storage(RaftProperties properties, DataFolder folder, RaftOptions options) {
        RaftServerConfigKeys.setStorageDir(properties, List.of(folder.raft().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, folder.raft().resolveSibling("removed").toFile());
        SizeInBytes segment = SizeInBytes.valueOf(options.logSegmentBytes());
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, segment);
        RaftServerConfigKeys.Log.setPreallocatedSize(
                properties, SizeInBytes.valueOf(Math.min(segment.getSize(), 4L << 20)));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, WRITE_BUFFER);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(APPENDER_BYTES));
        // A dead peer must not stop the purge for ever; who was away for long gets a snapshot.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        // Snapshots are written by SnapshotWriter, never by Ratis' apply thread.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf("2MB"));
    }

    private static void elections(RaftProperties properties, RaftOptions options) {
        Duration min = options.electionTimeoutMin();
        Duration max = options.electionTimeoutMax();
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(min));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(max));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(min.dividedBy(2)));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(max));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, millis(max.multipliedBy(2)));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(properties, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(max.multipliedBy(2)));
        RaftServerConfigKeys.setStagingTimeout(properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(300, TimeUnit.SECONDS));
        // Down for 20 s by default means up to 5 s more until the first append.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "10ms,20, 100ms,100000");
    }

    private static void safety(RaftProperties properties) {
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.DEFAULT);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        // Composed appends wait for one another: after one that failed, a follower of Ratis 3.3.0 takes none any more.
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        // Exactly-once is kept by the sessions in the state; Ratis' cache only has to outlive a request.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(5, TimeUnit.SECONDS));
    }

    private static void flow(RaftProperties properties) {
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Write.setElementLimit(properties, 2048);
        RaftServerConfigKeys.ThreadPool.setClientCached(properties, false);
        RaftServerConfigKeys.ThreadPool.setClientSize(properties, 4);
    }

    private static TimeDuration millis(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
