// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.journal;

import dev.muster.client.Change;
import dev.muster.client.EventLog;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the journal into the registry's event log: in order, one by one, each once, whenever the registry can be
 * reached. On a thread of its own; nobody waits for it.
 *
 * <p>Each event names its line of the journal. When nobody knows whether a line was taken, because an answer was lost or
 * a keeper ended, the log is searched for it before it is sent again.
 */
public final class Uploader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Uploader.class);
    private static final int LONGEST_TEXT = 1024;
    private static final int MOST_SEARCHED = 5_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final InstanceKey NOBODY = InstanceKey.of("muster-keeper", "nobody");

    private final Journal journal;
    private final MusterClient client;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    /** Whether the oldest unsent line may be in the log all the same. Of the thread. */
    private boolean uncertain = true;

    /** Begins. The journal and the client stay the caller's. */
    public Uploader(Journal journal, MusterClient client) {
        this.journal = journal;
        this.client = client;
        thread = new Thread(this::run, "muster-upload");
        thread.setDaemon(true);
        thread.start();
    }

    /** There may be something new in the journal. Returns at once. */
    public void wake() {
        news.release();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!closed) {
                Optional<Incident> oldest = journal.oldestUnsent();
                if (oldest.isEmpty()) {
                    await(null);
                } else if (send(oldest.get())) {
                    pause = FIRST_PAUSE;
                } else {
                    await(pause);
                    pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the upload of incidents ends", e);
        } catch (IOException e) {
            LOG.error("what the registry has cannot be noted; incidents stay on this host", e);
        }
    }

    private boolean send(Incident incident) throws IOException {
        try {
            if (uncertain && isThere(incident)) {
                // The next one may be there, too: the note of what was sent is as old as the disk says.
                journal.sent(incident.number());
                return true;
            }
            uncertain = false;
        } catch (MusterException e) {
            LOG.debug("nobody knows yet whether incident {} is in the registry", incident.number(), e);
            return false;
        }
        try {
            client.events().append(incident.type().toLowerCase(Locale.ROOT), text(incident), key(incident));
            journal.sent(incident.number());
            return true;
        } catch (MusterException e) {
            uncertain = e.fate() != MusterException.Fate.NOT_APPLIED;
            LOG.debug("incident {} is not in the registry yet", incident.number(), e);
            return false;
        }
    }

    /** Searches the log behind a write of this session: what the session sent before is decided by then. */
    private boolean isThere(Incident incident) {
        try {
            client.write(Change.deregister(NOBODY));
        } catch (MusterException e) {
            if (e.reason() != MusterException.Reason.NOT_FOUND) {
                throw e;
            }
        }
        EventQuery query = EventQuery.all().types(EventType.CLIENT).newestFirst(true);
        EventLog log = client.events();
        return log.list(query)
                .limit(MOST_SEARCHED)
                .anyMatch(event -> event.cause().endsWith(mark(incident)));
    }

    private String text(Incident incident) {
        String mark = mark(incident);
        String text = printable(incident.unit() + ": " + incident.text());
        int room = LONGEST_TEXT - mark.length();
        return (text.length() > room ? text.substring(0, room) : text) + mark;
    }

    /** Its time on this host, its incident, and its line in this journal, which no other event has. */
    private String mark(Incident incident) {
        return " [" + Instant.ofEpochMilli(incident.atMillis()) + " " + incident.id() + " " + journal.name() + "#"
                + incident.number() + "]";
    }

    private static Optional<InstanceKey> key(Incident incident) {
        String service = incident.service();
        String namespace = incident.namespace();
        String id = incident.instance();
        return service == null || id == null
                ? Optional.empty()
                : Optional.of(InstanceKey.of(namespace == null ? "" : namespace, service, id));
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Until there is news, or so long. */
    private void await(@Nullable Duration longest) throws InterruptedException {
        if (longest == null) {
            news.acquire();
        } else {
            var unused = news.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        }
        news.drainPermits();
    }
}
