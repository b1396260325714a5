// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

/** How the keeper's process ended. The numbers are those of all programs of Muster. */
enum ExitCode {
    OK(0),
    ERROR(1),
    INVALID(3),
    DATA_IN_USE(73);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
