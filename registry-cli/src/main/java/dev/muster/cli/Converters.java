// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Durations;
import dev.muster.cli.output.EventView;
import dev.muster.client.Consistency;
import dev.muster.client.Endpoint;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.Key;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How words on the command line become values. Stateless. */
final class Converters {
    private static final Pattern ENDPOINT =
            Pattern.compile("(?:([^=/]+)=)?([^=:/]+)://(\\[[^\\]/]+\\]|[^:/\\[\\]]+):(\\d{1,9})");
    private static final String BOUNDED = "bounded=";

    private Converters() {}

    /** Teaches a command line and all its commands every type of value. */
    static void register(CommandLine commands) {
        commands.registerConverter(Duration.class, converter(Durations::parse));
        commands.registerConverter(InstanceKey.class, converter(Converters::instanceKey));
        commands.registerConverter(Target.class, converter(Converters::target));
        commands.registerConverter(Endpoint.class, converter(Converters::endpoint));
        commands.registerConverter(InstanceStatus.class, converter(Converters::status));
        commands.registerConverter(Key.class, converter(Key::parse));
        commands.registerConverter(EventType.class, converter(Converters::eventType));
        commands.registerConverter(At.class, converter(At::parse));
        commands.registerConverter(Since.class, converter(Since::parse));
        commands.registerConverter(Consistency.class, converter(Converters::consistency));
    }

    static InstanceKey instanceKey(String text) {
        Target target = target(text);
        if (target.id().isEmpty()) {
            throw new IllegalArgumentException(text + " (expected: SERVICE/ID, for instance orders/orders-1)");
        }
        return InstanceKey.of(target.service(), target.id());
    }

    static Target target(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length > 2 || Arrays.asList(parts).contains("")) {
            throw new IllegalArgumentException(
                    text + " (expected: SERVICE or SERVICE/ID, for instance orders/orders-1; the namespace is"
                            + " given with --namespace)");
        }
        return new Target(parts[0], parts.length == 2 ? parts[1] : "");
    }

    static Endpoint endpoint(String text) {
        Matcher parts = ENDPOINT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    text + " (expected: [NAME=]PROTOCOL://HOST:PORT, for instance grpc=grpc://10.0.0.5:8080)");
        }
        String protocol = parts.group(2);
        String name = parts.group(1) == null ? protocol : parts.group(1);
        String host = parts.group(3);
        return new Endpoint(
                name,
                protocol,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(parts.group(4)));
    }

    static InstanceStatus status(String text) {
        return Arrays.stream(InstanceStatus.values())
                .filter(status -> status.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text + " (expected: "
                        + Arrays.stream(InstanceStatus.values())
                                .map(status -> status.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + ")"));
    }

    static EventType eventType(String text) {
        return Arrays.stream(EventType.values())
                .filter(type -> type != EventType.UNKNOWN
                        && EventView.name(type)
                                .equals(text.toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text + " (expected: "
                        + Arrays.stream(EventType.values())
                                .filter(type -> type != EventType.UNKNOWN)
                                .map(EventView::name)
                                .collect(Collectors.joining(", "))
                        + ")"));
    }

    static Consistency consistency(String text) {
        if (text.equals("linearizable")) {
            return Consistency.LINEARIZABLE;
        }
        if (text.equals("local")) {
            return Consistency.LOCAL;
        }
        if (text.startsWith(BOUNDED)) {
            return Consistency.bounded(Durations.parse(text.substring(BOUNDED.length())));
        }
        throw new IllegalArgumentException(
                text + " (expected: linearizable, local or bounded=DURATION, for instance bounded=5s)");
    }

    private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
    }

    /**
     * A service, or one instance of it. Immutable.
     *
     * @param service its name
     * @param id of the instance; empty for all
     */
    record Target(String service, String id) {}
}
