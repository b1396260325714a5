// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.v1.Header;
import dev.muster.v1.WatchSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last known lists of services on the disk, a file each: magic, CRC-32C of the rest, when the list was last known to
 * be right, and the list as a node would send it. A file is replaced whole, and one that is damaged or of another
 * service counts as none. All of it is done on a thread of its own, and nothing here ever fails a caller. Safe for any
 * thread.
 */
final class ListCache {
    private static final Logger LOG = LoggerFactory.getLogger(ListCache.class);
    private static final long MAGIC = 0x4d5354_4c495354_01L;
    private static final int HEAD = Long.BYTES + Integer.BYTES;
    /** Also keeps the names of files inside the folder. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final Executor disk;

    /** A list, and when it was last known to be right, in milliseconds of the epoch. Immutable. */
    record Known(ServiceSnapshot list, long knownAtMillis) {}

    /** The lists in this folder, which is made when it is first needed; {@code disk} runs what waits for it. */
    ListCache(Path folder, Executor disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /** What is known of a service; empty if nothing is, or nothing that can be trusted. */
    CompletableFuture<Optional<Known>> read(String namespace, String service) {
        return CompletableFuture.supplyAsync(() -> readNow(namespace, service), disk);
    }

    /** Notes what is known of a service, in place of what was noted before. */
    void write(Known known) {
        disk.execute(() -> writeNow(known));
    }

    private Optional<Known> readNow(String namespace, String service) {
        Optional<Path> path = path(namespace, service);
        if (path.isEmpty() || !Files.exists(path.get())) {
            return Optional.empty();
        }
        try {
            Known known = decode(namespace, service, ByteBuffer.wrap(Files.readAllBytes(path.get())));
            return Optional.of(known);
        } catch (IOException e) {
            LOG.warn("the last known list of {} is not used: {}: {}", service, path.get(), e.getMessage());
            return Optional.empty();
        }
    }

    private void writeNow(Known known) {
        Optional<Path> path = path(known.list.namespace(), known.list.service());
        if (path.isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(folder, PRIVATE);
            Path fresh = Files.createTempFile(folder, ".list", ".new");
            try {
                try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                    ByteBuffer left = encode(known);
                    while (left.hasRemaining()) {
                        file.write(left);
                    }
                    file.force(true);
                }
                Files.move(fresh, path.get(), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            LOG.warn("the list of {} is not kept for later: {}", known.list.service(), e.toString());
        }
    }

    private Optional<Path> path(String namespace, String service) {
        return NAME.matcher(namespace).matches() && NAME.matcher(service).matches()
                ? Optional.of(folder.resolve(namespace + "@" + service + ".list"))
                : Optional.empty();
    }

    private static ByteBuffer encode(Known known) {
        Position position = known.list.position();
        WatchSnapshot.Builder snapshot = WatchSnapshot.newBuilder()
                .setHeader(Header.newBuilder()
                        .setEpochId(position.epochId())
                        .setEpochOrdinal(position.epochOrdinal())
                        .setRevision(position.revision()));
        known.list.all().forEach(instance -> snapshot.addInstances(Wire.listed(instance)));
        byte[] list = snapshot.build().toByteArray();
        ByteBuffer body = ByteBuffer.allocate(Long.BYTES + list.length)
                .putLong(known.knownAtMillis)
                .put(list)
                .flip();
        return ByteBuffer.allocate(HEAD + body.remaining())
                .putLong(MAGIC)
                .putInt(checksum(body.duplicate()))
                .put(body)
                .flip();
    }

    private static Known decode(String namespace, String service, ByteBuffer file) throws IOException {
        if (file.remaining() < HEAD + Long.BYTES || file.getLong() != MAGIC) {
            throw new IOException("not a list of this version");
        }
        if (file.getInt() != checksum(file.duplicate())) {
            throw new IOException("damaged");
        }
        long knownAt = file.getLong();
        WatchSnapshot snapshot = parse(file);
        List<ServiceInstance> all = Wire.instances(snapshot.getInstancesList());
        boolean ofService = all.stream()
                .allMatch(each ->
                        each.namespace().equals(namespace) && each.service().equals(service));
        if (!ofService) {
            throw new IOException("the list of another service");
        }
        Header header = snapshot.getHeader();
        Position position = new Position(header.getEpochId(), header.getEpochOrdinal(), header.getRevision());
        return new Known(LiveView.snapshot(namespace, service, position, all), knownAt);
    }

    private static WatchSnapshot parse(ByteBuffer list) throws IOException {
        try {
            return WatchSnapshot.parseFrom(list);
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("not a list", e);
        }
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
