// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.JsonFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code muster version}: which program this is. Asks no node; {@code muster status} shows theirs. */
@Command(name = "version", header = "Shows the release of this program; 'status' shows those of the nodes.")
final class VersionCommand implements Callable<Integer> {
    private final Context context;

    VersionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String version = version();
        String java = Runtime.version().toString();
        context.output()
                .result(
                        "muster " + version + " (Java " + java + ")",
                        List.of(version),
                        () -> new JsonFields()
                                .text("version", version)
                                .text("java", java)
                                .toObject());
        return ExitCode.OK.number();
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file =
                Objects.requireNonNull(VersionCommand.class.getResourceAsStream("version.properties"))) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }

    /** The same for {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"muster " + version()};
        }
    }
}
