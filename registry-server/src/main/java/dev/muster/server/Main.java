// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.config.ConfigException;
import dev.muster.server.config.EffectiveConfig;
import dev.muster.server.config.ExitCode;
import dev.muster.server.config.ServerConfigLoader;
import dev.muster.server.raft.Fatal;
import dev.muster.server.storage.StorageException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The process {@code muster server}: reads its configuration, runs a node, ends with a documented exit code. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final long STOP_MILLIS = 1_500;

    private Main() {}

    /** Runs a node until the process is told to end. */
    public static void main(String[] arguments) throws InterruptedException {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, e) -> end(Fatal.Cause.DEFECT, "thread " + thread.getName() + " failed: " + e, e));
        if (List.of(arguments).contains("--help")) {
            System.out.println(ServerConfigLoader.help());
            return;
        }
        EffectiveConfig effective;
        try {
            effective = ServerConfigLoader.load(List.of(arguments), System.getenv());
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            exit(ExitCode.INVALID);
            return;
        }
        effective.warnings().forEach(LOG::warn);
        LOG.info("muster {} on Java {}\n{}", Version.CURRENT, Runtime.version(), effective.describe());
        run(effective);
    }

    private static void run(EffectiveConfig effective) throws InterruptedException {
        try {
            MusterServer server = MusterServer.start(effective.config(), Main::end);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "muster-stop"));
            LOG.info(
                    "node {} takes part; clients at {}",
                    effective.config().node(),
                    effective.config().listen());
        } catch (StorageException e) {
            LOG.error("{}", e.getMessage());
            exit(ExitCode.of(e.kind()));
        } catch (UncheckedIOException e) {
            LOG.error("{}", e.getMessage());
            exit(portTaken(e) ? ExitCode.PORT_TAKEN : ExitCode.ERROR);
        }
    }

    /** An orderly stop; what has not ended in time is ended, which loses nothing. */
    private static void stop(MusterServer server) {
        Thread closing = new Thread(server::close, "muster-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ExitCode.OK.code());
    }

    private static void end(Fatal.Cause cause, String message, @Nullable Throwable why) {
        LOG.error("{}; the node ends now", message, cause == Fatal.Cause.DEFECT ? why : null);
        exit(
                switch (cause) {
                    case LOG_IO -> ExitCode.LOG_IO;
                    case DEFECT -> ExitCode.INTERNAL;
                    case DATA_UNUSABLE, REPLACED -> ExitCode.DATA_UNUSABLE;
                    case FEATURE_LEVEL -> ExitCode.FEATURE_LEVEL;
                    case STATE_DIFFERS -> ExitCode.SET_ASIDE;
                });
    }

    private static void exit(ExitCode code) {
        Runtime.getRuntime().halt(code.code());
    }

    private static boolean portTaken(@Nullable Throwable e) {
        return e != null && (e instanceof BindException || portTaken(e.getCause()));
    }
}
