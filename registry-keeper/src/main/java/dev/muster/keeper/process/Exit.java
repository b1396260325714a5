// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.process;

/**
 * How a process ended, as far as it was seen. Immutable.
 *
 * @param how what ended it
 * @param code the exit code, the number of the signal, or -1 when nobody saw it
 */
public record Exit(How how, int code) {
    private static final int SIGNALS = 128;
    private static final int SIGKILL = 9;
    private static final int SIGSEGV = 11;
    private static final int SIGABRT = 6;

    /** Nobody saw how: it was not this keeper's child. */
    public static final Exit UNSEEN = new Exit(How.UNSEEN, -1);

    /** What ended a process. */
    public enum How {
        /** By itself. */
        EXIT,
        /** By a signal. */
        SIGNAL,
        /** By SIGKILL, while the kernel reports a kill for want of memory. */
        KERNEL_OOM,
        /** Nobody saw it. */
        UNSEEN
    }

    /**
     * What a child's exit code says. The system's API gives 128 + n for signal n, as a shell does; a program that ends by
     * itself with such a code is taken for one that got a signal.
     *
     * @param oomKilled whether the kernel killed something for want of memory meanwhile
     */
    public static Exit ofChild(int code, boolean oomKilled) {
        if (code <= SIGNALS) {
            return new Exit(How.EXIT, code);
        }
        int signal = code - SIGNALS;
        return new Exit(signal == SIGKILL && oomKilled ? How.KERNEL_OOM : How.SIGNAL, signal);
    }

    /** For people: {@code exit 1}, {@code SIGKILL}. */
    @Override
    public String toString() {
        return switch (how) {
            case EXIT -> "exit " + code;
            case SIGNAL ->
                switch (code) {
                    case SIGKILL -> "SIGKILL";
                    case SIGSEGV -> "SIGSEGV";
                    case SIGABRT -> "SIGABRT";
                    default -> "signal " + code;
                };
            case KERNEL_OOM -> "killed by the kernel for want of memory";
            case UNSEEN -> "ended unseen";
        };
    }
}
