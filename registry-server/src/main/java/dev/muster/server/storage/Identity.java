// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Who a data folder is. Made when the folder is formatted, completed when the node becomes a member; a folder that was
 * emptied gets another storage id, so that a disk that forgot its votes never votes under its old name. Immutable.
 *
 * @param node the node's name
 * @param storageId random, made at format: 16 hexadecimal digits
 * @param clusterName the configured name of the cluster
 * @param clusterId the cluster's identity; empty as long as the phase is FORMATTED
 * @param phase how far the node has come
 * @param founders the first members, each {@code node storage-id raft-address client-address}, when it is one of them
 */
public record Identity(
        String node, String storageId, String clusterName, String clusterId, Phase phase, List<String> founders) {
    private static final String FORMAT = "1";

    /** How far a node has come with its folder. */
    public enum Phase {
        /** The folder is empty: the node never voted with it. */
        FORMATTED,
        /** The node asks the cluster to let it in. */
        JOINING,
        /** The node is, or was, a member: it may have voted and promised with this folder. */
        MEMBER
    }

    /** Copies the list. */
    public Identity {
        founders = List.copyOf(founders);
    }

    static Identity formatted(String node, String storageId, String clusterName) {
        return new Identity(node, storageId, clusterName, "", Phase.FORMATTED, List.of());
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
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("node", node);
        fields.put("storage", storageId);
        fields.put("cluster-name", clusterName);
        fields.put("cluster", clusterId);
        fields.put("phase", phase.name());
        fields.put("founders", String.join(",", founders));
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue() + "\n")
                .collect(Collectors.joining());
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
        if (!FORMAT.equals(fields.get("format"))) {
            return null;
        }
        List<String> founders = Arrays.stream(
                        fields.getOrDefault("founders", "").split(","))
                .filter(founder -> !founder.isEmpty())
                .toList();
        return new Identity(
                fields.getOrDefault("node", ""),
                fields.getOrDefault("storage", ""),
                fields.getOrDefault("cluster-name", ""),
                fields.getOrDefault("cluster", ""),
                Phase.valueOf(fields.getOrDefault("phase", Phase.MEMBER.name())),
                founders);
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
