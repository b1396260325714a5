// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

/** What a command tells the shell when it ends. The numbers never change their meaning. */
enum ExitCode {
    OK(0, "done"),
    ERROR(1, "failed, or nobody knows whether it was done"),
    UNREACHABLE(2, "no node can be reached, or none that leads"),
    INVALID(3, "the command line or a value on it is invalid"),
    REFUSED(4, "the registry refused, or what was named is not there"),
    NOT_HEALTHY(5, "a node does not answer or does not serve, no leader is known, or nodes differ"),
    IO(6, "the output could not be written"),
    BACKUP(7, "a backup is missing, damaged, or of a newer release");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }
}
