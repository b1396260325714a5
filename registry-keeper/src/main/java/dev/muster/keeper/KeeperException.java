// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

/** The keeper cannot start, for a reason that its user has to hear. */
final class KeeperException extends Exception {
    private static final long serialVersionUID = 1L;

    KeeperException(String message) {
        super(message);
    }
}
