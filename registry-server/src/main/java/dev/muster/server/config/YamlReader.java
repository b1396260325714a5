// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads a YAML file whose keys are written flat ({@code snapshot.entries: 5}) or nested. Every value is taken as the text
 * that stands there, without YAML's guesses about types; a list becomes its items with commas between.
 */
final class YamlReader {
    private static final List<String> KNOWN = Keys.ALL.stream().map(Key::name).toList();

    private final String file;
    private final Problems problems;
    private final Set<String> blocks = new HashSet<>();
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private YamlReader(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    static List<Setting> read(Path path, Problems problems) {
        YamlReader reader = new YamlReader(String.valueOf(path.getFileName()), problems);
        try (Reader in = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            LoadSettings load = LoadSettings.builder().setLabel(reader.file).build();
            new Compose(load).composeReader(in).ifPresent(root -> reader.root(root));
        } catch (IOException e) {
            problems.add("config: " + path + " (expected: a file that can be read): " + e);
        } catch (YamlEngineException e) {
            problems.add("config: " + path + " (expected: YAML): " + e.getMessage());
        }
        return List.copyOf(reader.settings.values());
    }

    private void root(Node root) {
        if (root instanceof MappingNode mapping) {
            mapping("", mapping);
        } else {
            problems.add("not a list of settings (expected: key: value)", origin(root));
        }
    }

    private void mapping(String prefix, MappingNode mapping) {
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode key) {
                value(prefix + key.getValue(), tuple.getKeyNode(), tuple.getValueNode());
            } else {
                problems.add("a key that is not a word (expected: key: value)", origin(tuple.getKeyNode()));
            }
        }
    }

    private void value(String key, Node keyNode, Node value) {
        if (value instanceof MappingNode nested && KNOWN.stream().anyMatch(name -> name.startsWith(key + "."))) {
            if (!blocks.add(key)) {
                problems.add(key + ": given twice (expected: all its keys in one place)", origin(keyNode));
            }
            mapping(key + ".", nested);
        } else if (!KNOWN.contains(key)) {
            problems.add(key + ": unknown (did you mean " + Keys.nearest(key, KNOWN) + "?)", origin(keyNode));
        } else {
            Setting setting = new Setting(key, text(key, value), origin(keyNode));
            Setting other = settings.putIfAbsent(key, setting);
            if (other != null) {
                problems.add(key + ": given twice, first at " + other.origin(), setting.origin());
            }
        }
    }

    private String text(String key, Node value) {
        if (value instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        List<String> items = new ArrayList<>();
        if (value instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                if (!(item instanceof ScalarNode scalar)) {
                    problems.add(key + ": a list of something else (expected: a list of words)", origin(item));
                    continue;
                }
                items.add(scalar.getValue());
            }
        } else {
            problems.add(key + ": has keys of its own (expected: one value)", origin(value));
        }
        return String.join(",", items);
    }

    private String origin(Node node) {
        return file
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }
}
