// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.load.AckedLoad;
import dev.muster.cli.output.DrillView;
import dev.muster.cli.output.DrillView.Result;
import dev.muster.client.EventPair;
import dev.muster.client.Member;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A drill on a running cluster: writes come in, something is done, and then every acknowledged write is read back from
 * every node. It begins only when all is well, ends by itself, and stands in the event log as a pair. For one thread.
 */
final class Drill {
    /** How long anything may take before it is said that it did not happen. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration TELL = Duration.ofSeconds(5);
    private static final int FULL_SWING = 100;
    private static final int FEWEST_NODES = 3;

    private final Context context;
    private final MusterClient client;
    private final String name;

    Drill(Context context, MusterClient client, String name) {
        this.context = context;
        this.client = client;
        this.name = name;
    }

    /** Something that is done to a node: does it, and gives the condition by which it is seen to be over. */
    interface Fault {
        BooleanSupplier strike(LocalNode node);
    }

    /**
     * Does it to the leader, or to a node of this host that is made the leader.
     *
     * @param announce is told the node before anything is done
     */
    ExitCode run(Fault fault, Consumer<LocalNode> announce) {
        List<Member> members = membersThatAreWell();
        LocalNode node = leaderHere(members, announce);
        return told(node.member().node(), () -> {
            try (AckedLoad load = new AckedLoad(client)) {
                await("writes are acknowledged", () -> load.acknowledged() >= FULL_SWING);
                long struck = System.nanoTime();
                await(name + " is over", fault.strike(node));
                boolean back = seen(node.member().node() + " serves again", () -> isWell(node.member()));
                Optional<Duration> after =
                        back ? Optional.of(Duration.ofNanos(System.nanoTime() - struck)) : Optional.empty();
                long enough = load.acknowledged() + FULL_SWING;
                await("writes are acknowledged", () -> load.acknowledged() >= enough);
                if (!load.stop(PATIENCE)) {
                    throw new CliException(
                            ExitCode.ERROR, "writes are not answered after " + PATIENCE.toSeconds() + " s");
                }
                return new Result(
                        name,
                        node.member().node(),
                        load.acknowledged(),
                        load.unacknowledged(),
                        lost(load, back ? members : without(members, node.member())),
                        load.duplicates(),
                        Optional.of(load.longestGapSince(struck)),
                        after);
            }
        });
    }

    /** The work between BEFORE and AFTER in the event log. */
    ExitCode told(String node, Supplier<Result> work) {
        EventPair.Name pair = new EventPair.Name(
                "drill", name + "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
        client.events().begin(pair, "drill_before", name + " of " + node, Optional.empty());
        Result result;
        try {
            result = work.get();
        } catch (RuntimeException e) {
            try {
                client.events()
                        .end(
                                pair,
                                "drill_after",
                                name + " of " + node + " was given up: " + e.getMessage(),
                                Optional.empty());
            } catch (MusterException untold) {
                // Then the registry says later that it was interrupted.
                e.addSuppressed(untold);
            }
            throw e;
        }
        client.events().end(pair, "drill_after", DrillView.sentence(result), Optional.empty());
        context.output().list(DrillView.COLUMNS, List.of(result), () -> DrillView.json(result));
        if (!result.isClean()) {
            return ExitCode.ERROR;
        }
        if (result.back().isEmpty()) {
            context.output()
                    .talk(node + " does not serve after " + PATIENCE.toSeconds()
                            + " s: nothing put it back; start it, and have a keeper or systemd do that");
            return ExitCode.NOT_HEALTHY;
        }
        return ExitCode.OK;
    }

    /** All members; refused unless each of them serves, and one more than can be missed. */
    List<Member> membersThatAreWell() {
        List<Member> members = client.cluster().members();
        if (members.size() < FEWEST_NODES) {
            throw new CliException(
                    ExitCode.REFUSED,
                    "the cluster has " + members.size() + " nodes (expected: 3 or more, so that one can be missed)");
        }
        List<String> sick = members.stream()
                .filter(member -> !isWell(member))
                .map(Member::node)
                .toList();
        if (!sick.isEmpty()) {
            throw new CliException(
                    ExitCode.NOT_HEALTHY,
                    String.join(", ", sick)
                            + " does not serve (expected: all nodes do before a drill); see 'muster status'");
        }
        return members;
    }

    private LocalNode leaderHere(List<Member> members, Consumer<LocalNode> announce) {
        List<Member> here = members.stream().filter(LocalNode::isHere).toList();
        Member chosen = here.stream()
                .filter(Member::leader)
                .findFirst()
                .or(() -> here.stream().findFirst())
                .orElseThrow(() -> new CliException(
                        ExitCode.REFUSED, "no node runs on this host (expected: run a drill on the host of a node)"));
        LocalNode node = LocalNode.of(chosen)
                .orElseThrow(() -> new CliException(
                        ExitCode.REFUSED,
                        "the process of " + chosen.node() + " at " + chosen.address()
                                + " cannot be seen (expected: run this on Linux, as the user of the node)"));
        announce.accept(node);
        if (!chosen.leader()) {
            client.cluster().transferLeadership(chosen.node());
        }
        return node;
    }

    private static List<Member> without(List<Member> members, Member missing) {
        List<Member> others = new ArrayList<>(members);
        others.remove(missing);
        return others;
    }

    private boolean isWell(Member member) {
        try {
            NodeStatus status = client.cluster().status(member.address());
            return status.ready() && status.grey().isEmpty();
        } catch (MusterException silent) {
            return false;
        }
    }

    /** How many acknowledged registrations are missing at any of the nodes, each asked alone. */
    private long lost(AckedLoad load, List<Member> members) {
        AtomicLong most = new AtomicLong();
        for (Member member : members) {
            // A keeper may replace a process that was frozen after it served again.
            await(member.node() + " shows what it has", () -> {
                try {
                    long missing = context.clientOf(member.address(), alone -> AckedLoad.missing(load.ids(), alone));
                    most.accumulateAndGet(missing, Math::max);
                    return true;
                } catch (MusterException notNow) {
                    return false;
                }
            });
        }
        return most.get();
    }

    /** As {@link #seen}, of what has to happen. */
    void await(String what, BooleanSupplier happened) {
        if (!seen(what, happened)) {
            throw new CliException(ExitCode.ERROR, "given up: it was not seen that " + what);
        }
    }

    /** Waits until it has happened, and tells now and then what for. Says whether it has, or the patience is over. */
    boolean seen(String what, BooleanSupplier happened) {
        Deadline end = context.deadline(PATIENCE);
        Deadline tell = context.deadline(TELL);
        while (!happened.getAsBoolean()) {
            if (end.isOver()) {
                return false;
            }
            if (context.stop().await(new CompletableFuture<>(), POLL)) {
                throw new CliException(ExitCode.ERROR, "stopped while it was waited until " + what);
            }
            if (tell.isOver()) {
                context.output().talk("waiting until " + what);
                tell = context.deadline(TELL);
            }
        }
        return true;
    }
}
