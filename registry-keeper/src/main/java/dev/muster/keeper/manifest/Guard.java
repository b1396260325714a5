// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** What others can write, others can make this user run. Stateless. */
final class Guard {
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("----w--w-");

    private Guard() {}

    /** Why a file or folder cannot be trusted, if it cannot. */
    static Optional<String> problem(Path path) {
        try {
            String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
            String user = System.getProperty("user.name", "");
            if (!owner.equals(user) && !owner.equals("root")) {
                return Optional.of(path + ": belongs to " + owner + " (expected: " + user + " or root)");
            }
            Set<PosixFilePermission> granted = Files.getPosixFilePermissions(path);
            if (granted.stream().anyMatch(OF_OTHERS::contains)) {
                return Optional.of(path + ": " + PosixFilePermissions.toString(granted)
                        + " (expected: writable by its owner only; chmod go-w)");
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(path + ": cannot be read (" + e + ")");
        }
    }
}
