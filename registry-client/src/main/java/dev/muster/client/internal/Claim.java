// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An incarnation with the history that it means something in, and how both are written down. Immutable.
 *
 * @param origin the history
 * @param incarnation the number, 0 for none
 */
record Claim(Origin origin, long incarnation) {
    static final Claim NONE = new Claim(Origin.NONE, 0);

    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,20})@([0-9a-f]{1,16})@([!-~]{1,256})");

    /** The claim that is written so, {@link #NONE} for the empty text. */
    static Claim parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        Matcher parts = WRITTEN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("claim: not one (expected: what Registration.claim() returned)");
        }
        return new Claim(
                new Origin(parts.group(3), Long.parseUnsignedLong(parts.group(2), 16)),
                Long.parseUnsignedLong(parts.group(1)));
    }

    @Override
    public String toString() {
        return incarnation == 0
                ? ""
                : Long.toUnsignedString(incarnation) + "@" + Long.toHexString(origin.epochId()) + "@"
                        + origin.clusterId();
    }
}
