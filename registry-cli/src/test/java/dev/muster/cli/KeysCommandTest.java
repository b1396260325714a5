// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Key;
import dev.muster.client.KeyStatus;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.LedgerRange;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KeysCommandTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.250Z");

    private final Shell shell = new Shell();

    @Test
    void aKeyspaceIsCreatedAsItWasSaid() {
        Run run = shell.run("keys", "create", "invoice", "--width", "64", "--start", "1000", "--max", "0xffff");
        assertThat(run.data()).isEqualTo("keyspace invoice: 64 bits, from 1000 to 65535\n");
        shell.run("keys", "create", "order");
        assertThat(shell.muster.keyspaces.asked)
                .containsExactly(
                        KeyspaceSpec.of("invoice")
                                .width(64)
                                .start(Key.of(1_000))
                                .max(Key.of(65_535)),
                        KeyspaceSpec.of("order"));
        assertThat(shell.run("keys", "create", "order", "--max", "9", "-w", "simple")
                        .data())
                .isEqualTo("order\t63\t1\t9\n");
        assertThat(shell.run("keys", "create", "order", "--start", "many").talk())
                .contains("many (expected: a number in decimal, or in hexadecimal after 0x)");
    }

    @Test
    void keyspacesAreListedInEachFormat() {
        shell.muster.keyspaces.infos.add(invoice());
        assertThat(shell.run("keys", "ls").data()).isEqualTo("""
                KEYSPACE  BITS  NEXT    MAX  HELD  ISSUED  RETURNED  LOST
                invoice     63   111  99999    10      70        20    10
                """);
        assertThat(shell.run("keys", "ls", "-w", "simple").data())
                .isEqualTo("invoice\t63\t111\t99999\t10\t70\t20\t10\t\n");
        assertThat(shell.run("keys", "ls", "-w", "json").data()).isEqualTo("""
                {
                  "keyspaces": [
                    {
                      "keyspace": "invoice",
                      "width": 63,
                      "start": "1",
                      "max": "99999",
                      "next": "111",
                      "closed": false,
                      "held": 10,
                      "issued": 70,
                      "returned": 20,
                      "lost": 10,
                      "summarised": 0
                    }
                  ]
                }
                """);
    }

    @Test
    void aClosedKeyspaceGoesOnOnlyWithAYesAfterTheJumpWasShown() {
        shell.muster.keyspaces.infos.add(closed());

        Run dry = shell.run("keys", "resume", "invoice", "--from", "1000");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.data())
                .isEqualTo("keyspace invoice would go on with 1000; 111 was next in the backup, 889 numbers between are"
                        + " lost\n");
        assertThat(dry.talk()).isEqualTo("nothing was changed: say it again with --yes\n");
        assertThat(shell.muster.keyspaces.asked).isEmpty();

        Run done = shell.run("keys", "resume", "invoice", "--from", "1000", "--yes");
        assertThat(done.data()).startsWith("keyspace invoice goes on with 1000; ");
        assertThat(shell.muster.keyspaces.asked).containsExactly("invoice from 1000");

        assertThat(shell.run("keys", "resume", "invoice", "--from", "110", "--yes")
                        .talk())
                .contains("--from: 110 (expected: 111 or higher");
        assertThat(shell.run("keys", "resume", "order", "--from", "1").exitCode())
                .isEqualTo(ExitCode.REFUSED.number());
        shell.muster.keyspaces.infos.set(0, invoice());
        assertThat(shell.run("keys", "resume", "invoice", "--from", "1000", "--yes")
                        .talk())
                .contains("not closed");
        assertThat(shell.muster.keyspaces.asked).hasSize(1);
    }

    private static KeyspaceInfo closed() {
        return new KeyspaceInfo(
                "invoice", 63, Key.of(1), Key.of(99_999), Optional.of(Key.of(111)), true, 0, 100, 0, 10, 0);
    }

    @Test
    void noKeyspacesIsNoDataAndAWordBeside() {
        Run run = shell.run("keys", "ls");
        assertThat(run.data()).isEmpty();
        assertThat(run.talk()).isEqualTo("there are no keyspaces: make one with 'muster keys create NAME'\n");
    }

    @Test
    void numbersAreShownByTheirEndsOrOneByOne() {
        assertThat(shell.run("keys", "next", "invoice", "--count", "3").data()).isEqualTo("7 9\n");
        assertThat(shell.run("keys", "next", "invoice", "--count", "2", "--each")
                        .data())
                .isEqualTo("7\n8\n");
        assertThat(shell.run("keys", "next", "invoice", "-w", "simple").data()).isEqualTo("7\t7\n");
        assertThat(shell.run("keys", "next", "invoice", "--count", "3", "--each", "-w", "simple")
                        .data())
                .isEqualTo("7\n8\n9\n");
        assertThat(shell.run("keys", "next", "invoice", "--count", "2", "--each", "-w", "json")
                        .data())
                .isEqualTo("""
                        {"number":"7","hex":"00000000000000000000000000000007"}
                        {"number":"8","hex":"00000000000000000000000000000008"}
                        """);
        assertThat(shell.muster.keyspaces.asked)
                .containsExactly("invoice 3", "invoice 2", "invoice 1", "invoice 3", "invoice 2");
    }

    @Test
    void theLedgerIsShownWithItsSum() {
        shell.muster.keyspaces.infos.add(invoice());
        shell.muster.keyspaces.ranges.add(
                new LedgerRange(Key.of(1), Key.of(70), KeyStatus.ISSUED, 0, "10.0.0.9", 12, NOON, NOON));
        shell.muster.keyspaces.ranges.add(
                new LedgerRange(Key.of(71), Key.of(80), KeyStatus.LOST, 4, "orders", 13, NOON, NOON.plusSeconds(9)));
        Run run = shell.run("keys", "ledger", "invoice", "--since", "2026-03-01T00:00:00Z");
        assertThat(run.data()).isEqualTo("""
                FIRST  LAST  STATUS  OWNER     SESSION  REVISION  ISSUED                CHANGED
                    1    70  issued  10.0.0.9        -        12  2026-03-01T12:00:00Z  2026-03-01T12:00:00Z
                   71    80  lost    orders          4        13  2026-03-01T12:00:00Z  2026-03-01T12:00:09Z
                """);
        assertThat(run.talk()).isEqualTo("invoice: 110 handed out: 10 held, 70 issued, 20 returned, 10 lost\n");
        assertThat(shell.muster.keyspaces.asked).containsExactly("invoice 2026-03-01T00:00:00Z");
        assertThat(shell.run("keys", "ledger", "invoice", "-w", "json").data())
                .contains("\"first\": \"71\"", "\"status\": \"lost\"", "\"lost\": 10");
        assertThat(shell.run("keys", "ledger", "invoice", "--since", "yesterday")
                        .talk())
                .contains("yesterday (expected: ");
    }

    private static KeyspaceInfo invoice() {
        return new KeyspaceInfo(
                "invoice", 63, Key.of(1), Key.of(99_999), Optional.of(Key.of(111)), false, 10, 70, 20, 10, 0);
    }
}
