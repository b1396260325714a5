// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Who a data folder is. Made when the folder is formatted, completed once when the node becomes a member; a folder that
 * was emptied gets another one, so that a disk that forgot its votes never votes under its old name.
 *
 * @param node the node's name
 * @param storageId random, made at format: 16 hexadecimal digits
 * @param clusterName the configured name of the cluster
 * @param clusterId the cluster's identity; empty until the node is a member
 */
public record Identity(String node, String storageId, String clusterName, String clusterId) {
    private static final String FORMAT = "1";

    /** Whether the node may have voted or held data with this folder. */
    public boolean member() {
        return !clusterId.isEmpty();
    }

    /** The same folder as a member of the cluster. */
    public Identity asMemberOf(String id) {
        return new Identity(node, storageId, clusterName, id);
    }

    /** The identity among the Raft peers: the name and the disk. */
    public String peerId() {
        return node + "-" + storageId;
    }

    /** The node name within a {@link #peerId()}. */
    public static String nodeOf(String peerId) {
        return peerId.substring(0, peerId.lastIndexOf('-'));
    }

    /** The storage id within a {@link #peerId()}. */
    public static String storageIdOf(String peerId) {
        return peerId.substring(peerId.lastIndexOf('-') + 1);
    }

    byte[] encode() {
        String body = "format=" + FORMAT + "\nnode=" + node + "\nstorage=" + storageId + "\ncluster-name=" + clusterName
                + "\ncluster=" + clusterId + "\n";
        return (body + "check=" + checksum(body) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Null when the bytes are not a whole identity. */
    static @Nullable Identity decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int check = text.lastIndexOf("check=");
        if (check < 0 || !text.substring(check).strip().equals("check=" + checksum(text.substring(0, check)))) {
            return null;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            fields.put(line.substring(0, Math.max(equals, 0)), line.substring(equals + 1));
        });
        String node = fields.get("node");
        String storage = fields.get("storage");
        String clusterName = fields.get("cluster-name");
        String cluster = fields.get("cluster");
        if (!FORMAT.equals(fields.get("format"))
                || node == null
                || storage == null
                || clusterName == null
                || cluster == null) {
            return null;
        }
        return new Identity(node, storage, clusterName, cluster);
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
