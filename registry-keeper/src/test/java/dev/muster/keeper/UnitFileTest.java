// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.muster.keeper.unit.Memo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnitFileTest {
    private static final UnitFile.Content CONTENT =
            new UnitFile.Content(Memo.NEW, Map.of("grpc", 21_000), "claim", 1, null, null);

    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsReadByTheNextKeeper() throws IOException {
        assertThat(UnitFile.open(folder, "orders").content()).isEqualTo(UnitFile.Content.NEW);
        UnitFile.open(folder, "orders").write(CONTENT);
        assertThat(UnitFile.open(folder, "orders").content()).isEqualTo(CONTENT);
        assertThat(UnitFile.portsOf(folder, "orders")).containsExactly(21_000);
    }

    @Test
    void damageIsRefusedWithWhatToDoAndNoProcessIsTakenForAnother() throws IOException {
        UnitFile.open(folder, "orders").write(CONTENT);
        Path path = folder.resolve("orders.state");
        Files.writeString(path, Files.readString(path).replace("21000", "21001"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> UnitFile.open(folder, "orders"))
                .withMessageContaining(path.toString())
                .withMessageContaining("remove the file");
        assertThat(UnitFile.portsOf(folder, "orders")).isEmpty();
    }
}
