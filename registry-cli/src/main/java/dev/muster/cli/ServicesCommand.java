// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.Converters.Target;
import dev.muster.cli.output.Durations;
import dev.muster.cli.output.InstanceView;
import dev.muster.cli.output.Output;
import dev.muster.cli.output.ServiceListView;
import dev.muster.cli.output.WriteView;
import dev.muster.client.Change;
import dev.muster.client.Consistency;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.client.WriteResult;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster services}: the list itself. */
@Command(name = "services", header = "Reads and changes the list of services and their instances.")
final class ServicesCommand {
    private static final String CONSISTENCY_HELP =
            "How fresh the answer must be: linearizable, bounded=DURATION, or local: whatever the asked node has."
                    + " Default: linearizable";
    private static final String AT_HELP =
            "As it was at this revision, so long ago, or at a time such as 2026-11-22T03:00:00Z; as far back as events"
                    + " are kept";
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Context context;

    ServicesCommand(Context context) {
        this.context = context;
    }

    @Command(name = "ls", header = "Lists the services.", description = "Those of all namespaces, unless one is given.")
    int ls(
            @Option(
                            names = "--consistency",
                            paramLabel = "LEVEL",
                            defaultValue = "linearizable",
                            description = CONSISTENCY_HELP)
                    Consistency consistency,
            @Option(names = "--at", paramLabel = "REVISION|10m|TIME", description = AT_HELP) @Nullable At at) {
        return context.withClient(client -> {
                    String namespace = context.settings().namespace();
                    List<ServiceSummary> services = (at == null
                                    ? client.services(namespace, consistency)
                                    : client.services(namespace, consistency, at.moment()))
                            .toList();
                    Output output = context.output();
                    output.list(ServiceListView.COLUMNS, services, () -> ServiceListView.document(services));
                    if (services.isEmpty()) {
                        output.talk("there are no services");
                    }
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "get",
            header = "Shows the instances of a service.",
            description = {
                "Those that serve, or one by its id whatever its status.",
                "Ends with 4 when there is no instance of that id."
            })
    int get(
            @Parameters(paramLabel = "SERVICE[/ID]", description = "The service, or one instance of it.") Target target,
            @Option(names = "--all", description = "Shows those that do not serve, too.") boolean all,
            @Option(
                            names = "--consistency",
                            paramLabel = "LEVEL",
                            defaultValue = "linearizable",
                            description = CONSISTENCY_HELP)
                    Consistency consistency,
            @Option(names = "--at", paramLabel = "REVISION|10m|TIME", description = AT_HELP) @Nullable At at) {
        LookupQuery query = LookupQuery.of(target.service()).id(target.id()).consistency(consistency);
        LookupQuery asked = all || !target.id().isEmpty() ? query.withNotServing() : query;
        return context.withClient(client -> show(client, target, at == null ? asked : asked.at(at.moment())))
                .number();
    }

    @Command(
            name = "register",
            header = "Registers an instance.",
            customSynopsis = "muster services register [OPTIONS] --endpoint [NAME=]PROTOCOL://HOST:PORT... SERVICE/ID",
            description = {
                "Without --hold it has no lease and stays until it is deregistered.",
                "With --hold it stays as long as this command runs: until Ctrl-C, which deregisters it."
            })
    int register(
            @Parameters(paramLabel = "SERVICE/ID", description = "Its identity.") InstanceKey key,
            @Mixin InstanceOptions instance,
            @Option(names = "--hold", description = "Keeps it registered by a session until Ctrl-C.") boolean hold,
            @Option(
                            names = "--ttl",
                            paramLabel = "DURATION",
                            description = "With --hold: how long it stays when this command is lost, 1s to 1h."
                                    + " Default: 10s")
                    @Nullable
                    Duration ttl) {
        ServiceInstance wanted = instance.apply(ServiceInstance.of(key));
        if (hold) {
            Duration sessionTtl = ttl == null ? Hold.DEFAULT_TTL : ttl;
            return context.withClient(sessionTtl, client -> new Hold(context, client).run(wanted))
                    .number();
        }
        if (ttl != null) {
            throw new CliException(ExitCode.INVALID, "--ttl: only with --hold (without it there is no lease)");
        }
        return context.withClient(client -> {
                    WriteResult result = client.writeDirect(Change.register(wanted));
                    showRegistered(key, result);
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(name = "deregister", header = "Takes an instance off the list.")
    int deregister(
            @Parameters(paramLabel = "SERVICE/ID", description = "Its identity.") InstanceKey key,
            @Option(
                            names = "--incarnation",
                            paramLabel = "NUMBER",
                            defaultValue = "0",
                            description = "Only this incarnation. Default: whichever is registered.")
                    long incarnation) {
        return write(new Change.Deregister(key, incarnation), "deregistered");
    }

    @Command(
            name = "update",
            header = "Changes what an instance says of itself.",
            description = "Changes what is given and leaves the rest.")
    int update(
            @Parameters(paramLabel = "SERVICE/ID", description = "Its identity.") InstanceKey key,
            @Mixin UpdateOptions update,
            @Option(
                            names = "--incarnation",
                            paramLabel = "NUMBER",
                            defaultValue = "0",
                            description = "Only this incarnation. Default: whichever is registered.")
                    long incarnation,
            @Option(
                            names = "--if-revision",
                            paramLabel = "REVISION",
                            defaultValue = "0",
                            description = "Only if it was last changed at this revision. Default: always.")
                    long expectedRevision) {
        return write(new Change.Update(key, update.toUpdate(), incarnation, expectedRevision), "updated");
    }

    @Command(
            name = "watch",
            header = "Prints each change of a service's instances.",
            description = {
                "First lists what is there, then prints changes until Ctrl-C. Goes on by itself when nodes fail.",
                "Changes that follow one another fast may be printed as one."
            })
    int watch(
            @Parameters(paramLabel = "SERVICE", description = "The service.") String service,
            @Option(
                            names = "--count",
                            paramLabel = "NUMBER",
                            description = "Ends after this many changes; the first list does not count.")
                    @Nullable
                    Long count,
            @Option(names = "--for", paramLabel = "DURATION", description = "Ends after this time.") @Nullable
                    Duration length) {
        if (count != null && count < 1) {
            throw new CliException(ExitCode.INVALID, "--count: " + count + " (expected: 1 or more)");
        }
        return context.withClient(client -> new Watch(context, client)
                        .run(service, count == null ? Long.MAX_VALUE : count, length == null ? FOR_EVER : length))
                .number();
    }

    private ExitCode show(MusterClient client, Target target, LookupQuery query) {
        boolean byId = !target.id().isEmpty();
        LookupResult result = client.lookup(query);
        String namespace = context.settings().namespaceOrDefault();
        if (byId && result.instances().isEmpty()) {
            throw new CliException(
                    ExitCode.REFUSED,
                    namespace + "/" + target.service() + "/" + target.id()
                            + " is not registered: see with 'muster services get " + target.service()
                            + " --all' which ones are");
        }
        Output output = context.output();
        output.list(
                InstanceView.COLUMNS,
                result.instances(),
                () -> InstanceView.document(namespace, target.service(), result));
        if (output.isTable()) {
            explain(output, namespace + "/" + target.service(), result);
        }
        return ExitCode.OK;
    }

    private static void explain(Output output, String service, LookupResult result) {
        output.talk(service + " at revision "
                + Long.toUnsignedString(result.position().revision()) + ", age " + Durations.human(result.age()));
        if (!result.known()) {
            output.talk("no instance of it is registered");
        } else if (result.notServing() > 0) {
            output.talk(result.notServing() + " more do not serve: show them with --all");
        }
        if (result.held() > 0) {
            output.talk(result.held() + " of them ran out of time and are kept listed for now, because too many of"
                    + " this service did at once");
        }
    }

    private void showRegistered(InstanceKey key, WriteResult result) {
        InstanceKey full = full(key);
        String incarnation = Long.toUnsignedString(result.incarnation());
        String revision = revision(result.position());
        context.output()
                .result(
                        "registered " + full + ": incarnation " + incarnation + ", revision " + revision,
                        List.of(incarnation, revision),
                        () -> WriteView.registered(full, result.position(), result.incarnation()));
    }

    private int write(Change change, String done) {
        return context.withClient(client -> {
                    Position position = client.writeDirect(change).position();
                    InstanceKey full = full(change.key());
                    context.output()
                            .result(
                                    done + " " + full + ": revision " + revision(position),
                                    List.of(revision(position)),
                                    () -> WriteView.written(full, position));
                    return ExitCode.OK;
                })
                .number();
    }

    private InstanceKey full(InstanceKey key) {
        return InstanceKey.of(context.settings().namespaceOrDefault(), key.service(), key.id());
    }

    private static String revision(Position position) {
        return Long.toUnsignedString(position.revision());
    }
}
