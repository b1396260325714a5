// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import dev.muster.client.Endpoint;
import dev.muster.client.ServiceInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes the text of a proxy's configuration of a list of instances. A line with <code>${host}</code> or
 * <code>${port}</code> stands there once for each instance, with <code>${weight}</code> in it if wanted; what follows
 * <code>${none}</code> stands there if there is no instance; <code>${service}</code> is the service. Nothing else that
 * the registry says gets into the text. Immutable.
 */
public final class RouteTemplate {
    /** For nginx: one upstream, named like the service. Without instances it answers 502. */
    public static final String NGINX = """
            # Written by the keeper of this host; changes are lost.
            upstream ${service} {
                server ${host}:${port} weight=${weight};
                ${none}server 127.0.0.1:1 down;
            }
            """;

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");

    private final String text;

    /** A template as it stands in its file. */
    public RouteTemplate(String text) {
        this.text = text;
    }

    /**
     * The text for these instances, ordered as they are. One without that endpoint, of weight 0, or of a host that is
     * neither a name nor an address is left out.
     *
     * @param endpoint its name; empty for the first one of each instance
     */
    public String fill(String service, String endpoint, List<ServiceInstance> serving) {
        List<Target> targets = serving.stream()
                .filter(instance -> instance.weight() > 0)
                .flatMap(instance -> target(instance, endpoint).stream())
                .toList();
        List<String> lines = new ArrayList<>();
        for (String line : text.replace("${service}", service).split("\n", -1)) {
            if (line.contains("${host}") || line.contains("${port}")) {
                targets.forEach(target -> lines.add(target.in(line)));
            } else if (!line.contains("${none}")) {
                lines.add(line);
            } else if (targets.isEmpty()) {
                lines.add(line.replace("${none}", ""));
            }
        }
        return String.join("\n", lines);
    }

    private static Optional<Target> target(ServiceInstance instance, String endpoint) {
        return instance.endpoints().stream()
                .filter(each -> endpoint.isEmpty() || each.name().equals(endpoint))
                .findFirst()
                .flatMap(each -> host(each).map(host -> new Target(host, each.port(), instance.weight())));
    }

    private static Optional<String> host(Endpoint endpoint) {
        String host = endpoint.host();
        return HOST.matcher(host).matches()
                ? Optional.of(host)
                : IPV6.matcher(host).matches() ? Optional.of("[" + host + "]") : Optional.empty();
    }

    private record Target(String host, int port, int weight) {
        String in(String line) {
            return line.replace("${host}", host)
                    .replace("${port}", Integer.toString(port))
                    .replace("${weight}", Integer.toString(weight));
        }
    }
}
