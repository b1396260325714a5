// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.history.Change;
import dev.muster.testing.history.Shown;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WatchedListsTest {
    private static final List<Change> LOG = List.of(
            new Change(2, "s", "a", true),
            new Change(3, "other", "x", true),
            new Change(4, "s", "b", true),
            new Change(4, "s", "c", true),
            new Change(6, "s", "a", false),
            new Change(7, "s", "b", true));
    private static final Shown END = shown(9, Map.of("b", 7L, "c", 4L));

    @Test
    void listsOfTheLogAreRightThoughStepsAreLeftOut() {
        right(shown(1, Map.of()), shown(3, Map.of("a", 2L)), shown(6, Map.of("b", 4L, "c", 4L)), END);
        right(shown(3, Map.of("a", 2L)), shown(3, Map.of("a", 2L)), END);
        right(END);
    }

    @Test
    void changeThatIsMissingIsSeen() {
        wrong(shown(4, Map.of("b", 4L, "c", 4L)), END);
        wrong(shown(7, Map.of("b", 4L, "c", 4L)), END);
    }

    @Test
    void instanceThatWasRemovedAndIsKeptIsSeen() {
        wrong(shown(6, Map.of("a", 2L, "b", 4L, "c", 4L)), END);
    }

    @Test
    void halfOfAChangeIsSeen() {
        wrong(shown(4, Map.of("a", 2L, "b", 4L)), END);
    }

    @Test
    void listFromTheFutureOfItsRevisionIsSeen() {
        wrong(shown(3, Map.of("a", 2L, "b", 4L, "c", 4L)), END);
    }

    @Test
    void stepBackIsSeen() {
        wrong(END, shown(3, Map.of("a", 2L)));
    }

    @Test
    void watchThatStopsIsSeen() {
        wrong(shown(6, Map.of("b", 4L, "c", 4L)));
    }

    private static void right(Shown... shown) {
        assertThat(WatchedLists.check(List.of(shown), LOG, 9)).isEmpty();
    }

    private static void wrong(Shown... shown) {
        assertThat(WatchedLists.check(List.of(shown), LOG, 9)).isNotEmpty();
    }

    private static Shown shown(long revision, Map<String, Long> modified) {
        return new Shown("w", "s", revision, modified, revision);
    }
}
