// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts in which <code>${port.NAME}</code> stands for a port. Stateless. */
public final class Template {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
    private static final String PORT = "port.";

    private Template() {}

    /** The text with the ports in it. */
    public static String fill(String text, Map<String, Integer> ports) {
        return VARIABLE.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        String.valueOf(ports.get(match.group(1).substring(PORT.length())))));
    }

    /** The first variable that means nothing. */
    static Optional<String> unknown(String text, Collection<String> ports) {
        return VARIABLE.matcher(text)
                .results()
                .filter(match -> !isPort(match, ports))
                .map(MatchResult::group)
                .findFirst();
    }

    private static boolean isPort(MatchResult match, Collection<String> ports) {
        String name = match.group(1);
        return name.startsWith(PORT) && ports.contains(name.substring(PORT.length()));
    }
}
