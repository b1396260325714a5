// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.cli.Shell.Run;
import dev.muster.client.Consistency;
import dev.muster.client.MusterException.Reason;
import dev.muster.core.Limits;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.FollowBackupResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupCommandTest {
    @TempDir
    private Path folder;

    private final Shell shell = new Shell();
    private Path file = Path.of("");

    @BeforeEach
    void fill() throws IOException {
        shell.muster.backup = backup();
        file = folder.resolve("muster.backup");
    }

    @Test
    void aBackupIsSavedVerifiedAndInspected() throws IOException {
        Run saved = shell.run("backup", "save", file.toString());

        assertThat(saved.exitCode()).isZero();
        assertThat(saved.data())
                .isEqualTo("saved " + file + ", revision 1 of 2023-11-14T22:13:20Z, epoch 1:0000000000000007, cluster"
                        + " cluster-a, " + Files.size(file) + " bytes\n");
        assertThat(shell.muster.asked).containsExactly(Consistency.LINEARIZABLE);
        assertThat(shell.run("backup", "verify", file.toString()).data()).startsWith("whole: " + file + ", revision 1");
        assertThat(shell.run("backup", "verify", file.toString(), "-w", "simple")
                        .data())
                .isEqualTo(file + "\t1\n");
        assertThat(shell.run("backup", "inspect", file.toString()).data())
                .contains("CLUSTER", "cluster-a", "1:0000000000000007");
        assertThat(shell.run("backup", "inspect", file.toString(), "-w", "json").data())
                .contains("\"epochId\": \"0000000000000007\"", "\"revision\": 1", "\"lastEvent\": 2");
    }

    @Test
    void aBackupThatBrokeOffLeavesTheOneBefore() throws IOException {
        shell.run("backup", "save", file.toString());
        byte[] before = Files.readAllBytes(file);

        shell.muster.backup = Arrays.copyOf(before, before.length - 1);
        Run cut = shell.run("backup", "save", file.toString());
        shell.muster.refusal = FakeMuster.refused(Reason.LIMIT, "node a makes 2 backups already");
        Run refused = shell.run("backup", "save", file.toString());

        assertThat(cut.exitCode()).isEqualTo(ExitCode.BACKUP.number());
        assertThat(cut.talk()).contains("not a whole backup");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED.number());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aDamagedBackupIsRefusedByNameAndOffset() throws IOException {
        byte[] damaged = shell.muster.backup.clone();
        damaged[40] ^= 1;
        Files.write(file, damaged);

        for (String command : new String[] {"verify", "inspect"}) {
            Run run = shell.run("backup", command, file.toString());

            assertThat(run.exitCode()).isEqualTo(ExitCode.BACKUP.number());
            assertThat(run.data()).isEmpty();
            assertThat(run.talk()).contains(file.toString(), "offset 12", "damaged");
        }
        assertThat(shell.run("backup", "verify", "nowhere").exitCode()).isEqualTo(ExitCode.BACKUP.number());
    }

    @Test
    void aBackupIsRestoredIntoAnEmptyFolderOnly() throws IOException {
        shell.run("backup", "save", file.toString());
        Path data = folder.resolve("n1");

        Run restored = shell.run("backup", "restore", file.toString(), "--data", data.toString());
        Run again = shell.run("backup", "restore", file.toString(), "--data", data.toString());

        assertThat(restored.exitCode()).isZero();
        assertThat(restored.data()).startsWith("put into " + data + ": " + file + ", revision 1 ");
        assertThat(restored.talk()).contains("the same for each other node");
        assertThat(again.exitCode()).isEqualTo(ExitCode.BACKUP.number());
        assertThat(again.talk()).contains(data + ": not empty");
    }

    @Test
    void aFolderThatFollowsShowsItsLagAndIsTakenLikeAFile() {
        Path follows = folder.resolve("follows");
        shell.muster.pieces.add(FollowBackupResponse.newBuilder()
                .setBaseBegins(true)
                .setChunk(ByteString.copyFrom(shell.muster.backup))
                .setBaseEnds(true)
                .setResumeToken(ByteString.copyFromUtf8("here"))
                .build()
                .toByteArray());

        Run first = shell.run("backup", "follow", follows.toString(), "-w", "simple");
        shell.run("backup", "follow", follows.toString());

        assertThat(first.exitCode()).isZero();
        assertThat(first.data()).isEqualTo("1\t811\n");
        assertThat(first.talk()).contains("stale: revision 1 is durable", "nobody is there");
        assertThat(shell.muster.asked).containsExactly("follow from 0", "follow from 4");
        assertThat(shell.run("backup", "verify", follows.toString()).data())
                .startsWith("whole: " + follows + ", revision 1 ");
        assertThat(shell.run(
                                "backup",
                                "restore",
                                follows.toString(),
                                "--data",
                                folder.resolve("n1").toString())
                        .exitCode())
                .isZero();
    }

    private static byte[] backup() throws IOException {
        Command first = Command.newBuilder()
                .setStamp(Stamp.newBuilder().setTerm(1).setNode("a").setTimeMillis(1_700_000_000_000L))
                .setTermStarted(TermStarted.newBuilder()
                        .setNode("a")
                        .setGenesis(Genesis.newBuilder()
                                .setClusterId("cluster-a")
                                .setEpochId(7)
                                .setEpochOrdinal(1)
                                .setFeatureLevel(Limits.FEATURE_LEVEL)
                                .setSettings(Limits.defaultSettings())))
                .build();
        RegistryState state = Registry.apply(RegistryState.empty(), first).state();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(state, new SnapshotCodec.Position("registry", 1, 1), out);
        return out.toByteArray();
    }
}
