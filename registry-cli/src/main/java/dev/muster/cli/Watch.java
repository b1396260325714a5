// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.ChangeView;
import dev.muster.cli.output.ChangeView.Kind;
import dev.muster.cli.output.ChangeView.Line;
import dev.muster.cli.output.Durations;
import dev.muster.cli.output.Output;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A service's changes printed one after the other, until there were enough, the time is over or the user wants the end.
 * The lines are written by the client's listener thread, one list after the other; the thread that runs it waits.
 */
final class Watch {
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A node vouches for the list every 5 s at least, so this long without it is worth a word. */
    private static final Duration SILENCE = Duration.ofSeconds(12);

    private final Context context;
    private final MusterClient client;
    private final Output output;
    private final Output.Feed<Line> feed;
    private final Differences differences = new Differences();
    private final CompletableFuture<Void> enough = new CompletableFuture<>();
    private boolean silent;

    Watch(Context context, MusterClient client) {
        this.context = context;
        this.client = client;
        this.output = context.output();
        this.feed = output.feed(ChangeView.COLUMNS, ChangeView::json);
    }

    /** Prints up to that many changes in that time. */
    ExitCode run(String service, long count, Duration length) {
        Deadline deadline = context.deadline(length);
        Budget budget = new Budget(count);
        try (ServiceView view = client.view(service)) {
            ServiceSnapshot first = view.snapshot();
            output.talk("watching " + context.settings().namespaceOrDefault() + "/" + service + ": "
                    + first.all().size() + " listed at revision "
                    + Long.toUnsignedString(first.position().revision()) + "; Ctrl-C ends it");
            Subscription changes = view.onChange(list -> print(list, budget));
            while (!context.stop().await(enough, deadline.remaining(LOOK)) && !deadline.isOver()) {
                noteSilence(view.age());
            }
            changes.close();
        }
        return ExitCode.OK;
    }

    private void print(ServiceSnapshot list, Budget budget) {
        if (enough.isDone()) {
            return;
        }
        try {
            feed.add(budget.take(differences.next(list)));
            if (budget.left == 0) {
                enough.complete(null);
            }
        } catch (RuntimeException e) {
            enough.completeExceptionally(e);
        }
    }

    private void noteSilence(Duration age) {
        boolean silentNow = age.compareTo(SILENCE) > 0;
        if (silentNow != silent) {
            output.talk(
                    silentNow
                            ? "no node vouches for the list since " + Durations.human(age) + ": it may be old"
                            : "the list is up to date again");
        }
        silent = silentNow;
    }

    /** How many changes may still be printed. */
    private static final class Budget {
        long left;

        Budget(long count) {
            left = count;
        }

        List<Line> take(List<Line> lines) {
            List<Line> taken = lines.stream()
                    .filter(line -> line.change() == Kind.LISTED || left-- > 0)
                    .toList();
            left = Math.max(left, 0);
            return taken;
        }
    }
}
