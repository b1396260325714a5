// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One block of {@code key: value} lines. Every value is taken as the text that stands there, without YAML's guesses about
 * types. A key that nobody asked for is a problem, told by {@link #end}. For one thread.
 */
final class Section {
    private static final int LONGEST_QUOTE = 60;

    private final String path;
    private final int line;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();

    Section(String path, MappingNode node, Problems problems) {
        this.path = path;
        this.line = line(node);
        this.problems = problems;
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(line(tuple.getKeyNode()), "a key that is not a word (expected: key: value)");
            } else if (values.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                problems.add(line(key), path + key.getValue() + ": given twice (expected: once)");
            }
        }
    }

    /** The keys that stand there. */
    List<String> keys() {
        return List.copyOf(values.keySet());
    }

    boolean has(String key) {
        asked.add(key);
        return values.containsKey(key);
    }

    /** A value that may be left out. */
    <T> Optional<T> find(String key, Function<String, T> parser) {
        String text = scalar(key);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            refuse(key, quoted(text) + " (expected: " + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    /** A value that is {@code fallback} when it is left out. */
    <T> T get(String key, T fallback, Function<String, T> parser) {
        return find(key, parser).orElse(fallback);
    }

    /** A text that has to be there; the empty one stands for it when it is not. */
    String need(String key, Function<String, String> parser) {
        if (!has(key)) {
            problems.add(line, path + key + ": missing (expected: a value)");
            return "";
        }
        return find(key, parser).orElse("");
    }

    /** A list of texts, empty when it is left out. */
    List<String> words(String key) {
        asked.add(key);
        Node value = values.get(key);
        if (value == null) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        if (value instanceof SequenceNode sequence
                && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
            sequence.getValue().forEach(item -> words.add(((ScalarNode) item).getValue()));
        } else {
            refuse(key, "not a list of words (expected: [word, word])");
        }
        return List.copyOf(words);
    }

    /** Pairs of texts, none when it is left out. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>();
        section(key).ifPresent(section -> {
            for (String name : section.keys()) {
                section.find(name, Function.identity()).ifPresent(value -> pairs.put(name, value));
            }
        });
        return pairs;
    }

    /** A block in this block, if it is there. */
    Optional<Section> section(String key) {
        asked.add(key);
        Node value = values.get(key);
        if (value instanceof MappingNode mapping) {
            return Optional.of(new Section(path + key + ".", mapping, problems));
        }
        if (value != null) {
            refuse(key, "not a block (expected: lines of key: value under it)");
        }
        return Optional.empty();
    }

    /** Notes a problem of the value of a key, or of the block when the key is not there. */
    void refuse(String key, String problem) {
        Node value = values.get(key);
        problems.add(value == null ? line : line(value), path + key + ": " + problem);
    }

    /** Everything was asked for: what is left is unknown. */
    void end() {
        values.forEach((key, value) -> {
            if (!asked.contains(key)) {
                refuse(key, "unknown (did you mean " + Words.nearest(key, asked) + "?)");
            }
        });
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private @Nullable String scalar(String key) {
        asked.add(key);
        Node value = values.get(key);
        if (value == null || value instanceof ScalarNode) {
            return value == null ? null : ((ScalarNode) value).getValue();
        }
        refuse(key, "not one value (expected: key: value)");
        return null;
    }

    private static String quoted(String text) {
        return text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    }
}
