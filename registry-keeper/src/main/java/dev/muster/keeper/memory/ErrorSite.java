// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

/**
 * Where in the program an error came from, as far as that can be told from outside. Immutable.
 *
 * @param className the class, with its package
 * @param methodName the method
 * @param source how exact this is
 */
public record ErrorSite(String className, String methodName, Source source) {
    /** How a site was found. */
    public enum Source {
        /** The first line of the program in the error's own stack trace, which the program printed into its log. */
        TRACE,
        /** Where the thread that had the error stood when it was seen, up to a poll later. */
        THREAD
    }

    @Override
    public String toString() {
        return className + "." + methodName;
    }
}
