// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OrderedMapTest {
    @Test
    void doesWhatTreeMapDoes() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            OrderedMap<Integer, String> map = OrderedMap.empty();
            TreeMap<Integer, String> model = new TreeMap<>();
            int keys = 1 + random.nextInt(200);
            for (int step = 0; step < 400; step++) {
                int key = random.nextInt(keys);
                if (random.nextInt(5) < 3) {
                    map = map.put(key, key + "." + step);
                    model.put(key, key + "." + step);
                } else {
                    map = map.remove(key);
                    model.remove(key);
                }
                assertThat(map.size()).isEqualTo(model.size());
            }
            assertSame(map, model, random.nextInt(keys + 2) - 1);
        }
    }

    @Test
    void olderVersionsStayAsTheyWere() {
        OrderedMap<Integer, Integer> before = OrderedMap.empty();
        for (int i = 0; i < 100; i++) {
            before = before.put(i, i);
        }
        OrderedMap<Integer, Integer> after = before;
        for (int i = 0; i < 100; i += 2) {
            after = after.remove(i).put(i + 1, -1);
        }
        assertThat(before.size()).isEqualTo(100);
        assertThat(before.get(1)).isEqualTo(1);
        assertThat(after.size()).isEqualTo(50);
        assertThat(after.get(1)).isEqualTo(-1);
    }

    @Test
    void staysShallowHoweverItIsFilledAndEmptied() {
        OrderedMap<Integer, Integer> map = OrderedMap.empty();
        int size = 20_000;
        for (int i = 0; i < size; i++) {
            map = map.put(i, i);
        }
        // A subtree holds at most 3/4 of its parent: log(20000) / log(4/3) is 34.
        assertThat(map.depth()).isLessThanOrEqualTo(34);
        for (int i = 0; i < size; i++) {
            if (i % 64 != 0) {
                map = map.remove(i);
            }
        }
        assertThat(map.size()).isEqualTo(313);
        assertThat(map.depth()).isLessThanOrEqualTo(20);
    }

    @Test
    void goesByTheRankOfAKeyAndThenByTheKey() {
        Random random = new Random(7);
        OrderedMap<Integer, Integer> map = OrderedMap.rankedBy(key -> -(key / 10));
        TreeMap<Integer, Integer> model = new TreeMap<>(map::compare);
        for (int step = 0; step < 2_000; step++) {
            int key = random.nextInt(300);
            map = step % 3 == 0 ? map.remove(key) : map.put(key, step);
            if (step % 3 == 0) {
                model.remove(key);
            } else {
                model.put(key, step);
            }
        }
        assertThat(map.values()).containsExactlyElementsOf(model.values());
        assertThat(map.keys()).containsExactlyElementsOf(model.keySet());
        assertThat(map.compare(15, 16)).isNegative();
        assertThat(map.compare(15, 20)).isPositive();
        for (int key = 0; key < 300; key++) {
            assertThat(map.get(key)).isEqualTo(model.get(key));
            assertThat(map.valuesFrom(key))
                    .containsExactlyElementsOf(model.tailMap(key, true).values());
            assertThat(map.valuesAbove(key))
                    .containsExactlyElementsOf(model.tailMap(key, false).values());
        }
        List<Integer> keys = List.copyOf(model.keySet());
        assertThat(map.ofSorted(keys, key -> key).keys()).containsExactlyElementsOf(keys);
    }

    @Test
    void isMadeOfWhatIsSortedAlready() {
        Random random = new Random(7);
        for (int size = 0; size < 200; size++) {
            List<Integer> sorted = IntStream.range(0, size).boxed().toList();
            OrderedMap<Integer, String> map = OrderedMap.<Integer, String>empty()
                    .ofSorted(sorted.stream().map(String::valueOf).toList(), Integer::valueOf);
            TreeMap<Integer, String> model = new TreeMap<>();
            sorted.forEach(key -> model.put(key, String.valueOf(key)));
            assertThat(map.depth()).isEqualTo(Integer.SIZE - Integer.numberOfLeadingZeros(size));
            for (int step = 0; step < size; step++) {
                int key = random.nextInt(2 * size);
                map = step % 2 == 0 ? map.remove(key) : map.put(key, "new");
                if (step % 2 == 0) {
                    model.remove(key);
                } else {
                    model.put(key, "new");
                }
            }
            assertSame(map, model, size / 2);
        }
        assertThatThrownBy(() -> OrderedMap.<Integer, Integer>empty().ofSorted(List.of(1, 3, 2), key -> key))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("2 after 3");
        assertThatThrownBy(() -> OrderedMap.<Integer, Integer>empty().ofSorted(List.of(1, 1), key -> key))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void removingWhatIsNotThereChangesNothing() {
        OrderedMap<Integer, Integer> map = OrderedMap.<Integer, Integer>empty().put(1, 1);
        assertThat(map.remove(2)).isSameAs(map);
        assertThat(map.remove(1)).isSameAs(OrderedMap.empty());
        assertThat(OrderedMap.<Integer, Integer>empty().first()).isNull();
    }

    @Test
    void anIteratorSaysWhenItIsAtItsEnd() {
        Iterator<Integer> iterator =
                OrderedMap.<Integer, Integer>empty().put(1, 1).values().iterator();
        iterator.next();
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    private static void assertSame(OrderedMap<Integer, String> map, NavigableMap<Integer, String> model, int bound) {
        assertThat(map.values()).containsExactlyElementsOf(model.values());
        assertThat(map.keys()).containsExactlyElementsOf(model.keySet());
        assertThat(map.valuesAbove(bound))
                .containsExactlyElementsOf(model.tailMap(bound, false).values());
        assertThat(map.valuesFrom(bound))
                .containsExactlyElementsOf(model.tailMap(bound, true).values());
        assertThat(map.get(bound)).isEqualTo(model.get(bound));
        assertThat(map.first())
                .isEqualTo(model.isEmpty() ? null : model.firstEntry().getValue());
    }
}
