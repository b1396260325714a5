// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process {@code muster keeper run}, and the check of its manifests. What operators ask of a running keeper are
 * commands of another program, which talks to its socket.
 */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    /** Runs a keeper until the process is told to end, or checks manifests. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("--help")) {
            System.out.println(Options.HELP);
        } else if (!words.isEmpty() && words.get(0).equals("run")) {
            run(words.subList(1, words.size()));
        } else if (words.size() == 2 && words.get(0).equals("validate")) {
            exit(validate(Path.of(words.get(1))));
        } else {
            System.err.println(Options.HELP);
            exit(ExitCode.INVALID);
        }
    }

    private static void run(List<String> arguments) throws InterruptedException {
        boolean daemon = arguments.contains(Daemon.BEGIN);
        boolean watched = arguments.contains(Daemon.WATCHED);
        KeeperConfig config;
        try {
            config = Options.read(
                    arguments.stream()
                            .filter(word -> !word.equals(Daemon.BEGIN) && !word.equals(Daemon.WATCHED))
                            .toList(),
                    System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            exit(ExitCode.INVALID);
            return;
        }
        try {
            if (daemon) {
                Daemon.begin(config.data());
                exit(ExitCode.OK);
                return;
            }
            Keeper keeper = Keeper.start(config);
            Path pidFile = config.data().resolve(Daemon.PID_FILE);
            Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(keeper, pidFile), "muster-stop"));
            LOG.info("keeping what {} defines; the state is in {}", config.manifests(), config.data());
            keep(watched ? Optional.of(Daemon.ofThis(config.data())) : Optional.empty());
        } catch (KeeperException e) {
            LOG.error("{}", e.getMessage());
            exit(ExitCode.DATA_IN_USE);
        } catch (IOException e) {
            LOG.error("the keeper cannot run: {}", e.toString());
            exit(ExitCode.ERROR);
        }
    }

    /** Until the process ends. */
    private static void keep(Optional<Daemon> background) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        do {
            background.ifPresent(Daemon::lookAfter);
        } while (!never.await(1, TimeUnit.SECONDS));
    }

    private static void stop(Keeper keeper, Path pidFile) {
        try {
            Files.deleteIfExists(pidFile);
            keeper.close();
        } catch (IOException e) {
            LOG.warn("the end was not orderly: {}", e.toString());
        }
        Runtime.getRuntime().halt(ExitCode.OK.number());
    }

    private static ExitCode validate(Path place) {
        try {
            Manifests manifests = Manifests.read(place);
            for (Manifest manifest : manifests.units()) {
                System.out.println(manifest.unit() + ": good");
            }
            manifests.problems().forEach((unit, problems) -> System.err.println(problems));
            return manifests.problems().isEmpty() ? ExitCode.OK : ExitCode.INVALID;
        } catch (IOException e) {
            System.err.println(place + " (expected: a file or a folder that can be read): " + e);
            return ExitCode.INVALID;
        }
    }

    private static void exit(ExitCode code) {
        Runtime.getRuntime().halt(code.number());
    }
}
