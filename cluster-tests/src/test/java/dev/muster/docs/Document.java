// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A Markdown file of the repository, as far as its tests read it.
 *
 * @param file where it is
 * @param text what stands in it
 */
record Document(Path file, String text) {
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern ITEM = Pattern.compile("(?m)^(?:- |\\d+\\. )(.*(?:\\n(?:  | {3}).*)*)");
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^(#+) (.*)$");
    private static final Pattern REFERENCE = Pattern.compile("`((?:[a-z]+\\.)*[A-Z]\\w*#[a-z]\\w*)`");

    /** What stands for a reference where the documents explain their notation. */
    private static final String NOTATION = "Class#method";

    /** The document of that name in the repository. */
    static Document of(String name) {
        return of(Repository.path(name));
    }

    static Document of(Path file) {
        return new Document(file, Repository.read(file));
    }

    /** Fenced blocks of a language, without their fences. */
    List<String> blocks(String language) {
        return FENCE.matcher(text)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /** The document without its fenced blocks. */
    String prose() {
        return FENCE.matcher(text).replaceAll("");
    }

    /** What stands under a heading, up to the next one of the same or a higher rank. */
    String section(String heading) {
        List<MatchResult> all = HEADING.matcher(prose()).results().toList();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).group(2).equals(heading)) {
                int rank = all.get(i).group(1).length();
                int end = all.subList(i + 1, all.size()).stream()
                        .filter(next -> next.group(1).length() <= rank)
                        .mapToInt(MatchResult::start)
                        .findFirst()
                        .orElse(prose().length());
                return prose().substring(all.get(i).end(), end);
            }
        }
        throw new AssertionError(Repository.name(file) + " has no heading: " + heading);
    }

    /** The headings of a rank, without their marks. */
    List<String> headings(int rank) {
        return HEADING.matcher(prose())
                .results()
                .filter(heading -> heading.group(1).length() == rank)
                .map(heading -> heading.group(2))
                .toList();
    }

    /** What links may point at in it. */
    List<String> anchors() {
        return HEADING.matcher(prose())
                .results()
                .map(heading -> heading.group(2)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }

    List<String> links() {
        return groups(LINK, prose());
    }

    /** Items of lists, numbered or not, each with its further lines. */
    static List<String> items(String part) {
        return groups(ITEM, part);
    }

    /** What stands between backticks. */
    static List<String> code(String part) {
        return groups(CODE, part);
    }

    /** What is named as a method of a class: {@code Class#method}, with as much of the package as it needs. */
    static List<String> references(String part) {
        List<String> found = new ArrayList<>(groups(REFERENCE, part));
        found.remove(NOTATION);
        return found;
    }

    private static List<String> groups(Pattern pattern, String part) {
        return pattern.matcher(part).results().map(match -> match.group(1)).toList();
    }

    @Override
    public String toString() {
        return Repository.name(file);
    }
}
