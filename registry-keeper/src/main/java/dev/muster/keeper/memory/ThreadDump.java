// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.Optional;

/** Reads the answer to {@code Thread.print}. Stateless. */
final class ThreadDump {
    private ThreadDump() {}

    /** Where a thread stands: its uppermost frame of the program, if it is in the program at all. */
    static Optional<ErrorSite> site(String dump, String threadAddress) {
        boolean inThread = false;
        for (String line : dump.lines().toList()) {
            if (line.startsWith("\"")) {
                inThread = tid(line).equals(strip(threadAddress));
            } else if (inThread) {
                Optional<StackFrame> frame = StackFrame.parse(line).filter(StackFrame::isProgram);
                if (frame.isPresent()) {
                    return frame.map(found -> found.site(ErrorSite.Source.THREAD));
                }
            }
        }
        return Optional.empty();
    }

    private static String tid(String head) {
        int at = head.indexOf(" tid=0x");
        if (at < 0) {
            return "";
        }
        int from = at + " tid=0x".length();
        int end = head.indexOf(' ', from);
        return strip(head.substring(from, end < 0 ? head.length() : end));
    }

    private static String strip(String hex) {
        return hex.replaceFirst("^0+", "");
    }
}
