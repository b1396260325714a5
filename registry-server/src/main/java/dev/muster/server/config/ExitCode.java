// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import dev.muster.server.storage.StorageException;

/**
 * How a process of ours ended, for scripts and supervisors. A number never changes its meaning. 0 to 5 are shared with
 * the command line; from 64 on they belong to the server.
 */
public enum ExitCode {
    OK(0, "done, or stopped when asked to"),
    ERROR(1, "something went wrong that has no code of its own"),
    UNREACHABLE(2, "no node of the cluster could be reached"),
    INVALID(3, "wrong arguments or configuration"),
    REFUSED(4, "the registry refused the request"),
    UNHEALTHY(5, "the cluster or the node is not healthy"),
    INTERNAL(70, "a defect of the server"),
    DATA_IN_USE(73, "another process uses the data folder"),
    LOG_IO(74, "the log could not be written or read, or the disk is nearly full"),
    PORT_TAKEN(75, "a port of the node is taken"),
    FOREIGN_CLUSTER(76, "the data folder or a peer belongs to another cluster"),
    DATA_UNUSABLE(77, "the data folder is damaged; the node has to join again with an empty one"),
    FEATURE_LEVEL(78, "the cluster uses features that this version does not have"),
    SET_ASIDE(79, "what is in the data folder must not be used again; started again the node joins with an empty one");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** What a data folder that cannot be used ends with. */
    public static ExitCode of(StorageException.Kind kind) {
        return switch (kind) {
            case IN_USE -> DATA_IN_USE;
            case FOREIGN -> FOREIGN_CLUSTER;
            case UNUSABLE, VOTES_LOST -> DATA_UNUSABLE;
            case SET_ASIDE -> SET_ASIDE;
            case NEWER -> FEATURE_LEVEL;
            case IO -> LOG_IO;
        };
    }

    /** The number that the operating system is given. */
    public int code() {
        return code;
    }

    /** What it says, in one line for people. */
    public String meaning() {
        return meaning;
    }
}
