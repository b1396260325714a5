// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RouteFileTest {
    private static final String ROUTES = "server 10.0.0.1:8080;\n";
    private static final Instant KNOWN = Instant.ofEpochSecond(1_700_000_000);

    @TempDir
    Path folder;

    @Test
    void whatWasFoundGoodIsBackWhenAnOfferWasNotDecided() throws IOException {
        RouteFile before = open();
        before.offer(ROUTES);
        before.accept(ROUTES, KNOWN);
        before.offer("server nonsense");

        RouteFile after = open();
        assertThat(folder.resolve("proxy.conf")).hasContent(ROUTES);
        assertThat(after.good()).contains(ROUTES);
        assertThat(after.knownUntil()).isEqualTo(KNOWN);
    }

    @Test
    void damagedCopyIsNotGivenToTheProxy() throws IOException {
        RouteFile before = open();
        before.offer(ROUTES);
        before.accept(ROUTES, KNOWN);
        Path copy = folder.resolve("copy");
        Files.writeString(copy, Files.readString(copy).replace("10.0.0.1", "10.0.0.3"));

        assertThat(open().good()).isEmpty();
        assertThat(folder.resolve("proxy.conf")).hasContent(ROUTES);
    }

    private RouteFile open() throws IOException {
        return RouteFile.open(folder.resolve("proxy.conf"), folder.resolve("copy"));
    }
}
