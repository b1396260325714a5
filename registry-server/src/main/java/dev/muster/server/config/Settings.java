// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The texts that were set, each with its origin. Offered from the strongest source to the weakest: the first offer of a
 * key wins. A text that cannot be read is noted as a problem once. For one thread.
 */
final class Settings {
    private final Map<String, Setting> settings = new HashMap<>();
    private final Set<String> unusable = new HashSet<>();
    private final Problems problems;

    Settings(Problems problems) {
        this.problems = problems;
    }

    /** Takes all of them, where nothing stronger was offered before. */
    void offer(List<Setting> weaker) {
        weaker.forEach(setting -> settings.putIfAbsent(setting.key(), setting));
    }

    /** Takes the default of every key that has one and was not set. */
    void offerDefaults() {
        for (Key<?> key : Keys.ALL) {
            String fallback = key.fallback();
            if (fallback != null) {
                offer(List.of(new Setting(key.name(), fallback, "default")));
            }
        }
    }

    /** What was set for the key, null if nothing was. */
    @Nullable
    Setting find(Key<?> key) {
        return settings.get(key.name());
    }

    /**
     * The value of a key. If it is missing or cannot be read, that is noted and an example stands in for it, so that the
     * rest can be checked, too; what is built from it is never handed out.
     */
    <T> T get(Key<T> key) {
        Setting setting = find(key);
        if (setting == null) {
            String expected = key.meaning() + ", for instance " + key.example();
            return standIn(
                    key, key.name() + ": missing (expected: " + expected + ")", key.flag() + " or " + key.variable());
        }
        try {
            return key.parser().apply(setting.text());
        } catch (IllegalArgumentException e) {
            String problem = key.name() + ": " + setting.text() + " (expected: " + e.getMessage() + ")";
            return standIn(key, problem, setting.origin());
        }
    }

    /** Whether all of them were read without a problem. To be asked after {@link #get}. */
    boolean usable(Key<?>... keys) {
        for (Key<?> key : keys) {
            if (unusable.contains(key.name())) {
                return false;
            }
        }
        return true;
    }

    /** Notes that a key that can be read does not fit the others. */
    void refuse(Key<?> key, String expected) {
        Setting setting = find(key);
        String text = setting == null ? "missing" : setting.text();
        problems.add(
                key.name() + ": " + text + " (expected: " + expected + ")",
                setting == null ? key.flag() : setting.origin());
        unusable.add(key.name());
    }

    /** All that is set, in the order of {@link Keys#ALL}. */
    List<Setting> all() {
        return Keys.ALL.stream()
                .flatMap(key -> Stream.ofNullable(settings.get(key.name())))
                .toList();
    }

    private <T> T standIn(Key<T> key, String problem, String origin) {
        if (unusable.add(key.name())) {
            problems.add(problem, origin);
        }
        return key.parser().apply(key.example());
    }
}
