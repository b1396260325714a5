// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void firstFailureIsFreeAndTheCeilingDoublesUpToItsBound() {
        Backoff backoff = new Backoff(highest(), 1);

        assertThat(Stream.generate(backoff::next).limit(9).map(Duration::toMillis))
                .containsExactly(0L, 20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L);
    }

    @Test
    void theCeilingDoublesWhenAllWereAskedOnceMore() {
        Backoff backoff = new Backoff(highest(), 3);

        assertThat(Stream.generate(backoff::next).limit(8).map(Duration::toMillis))
                .containsExactly(0L, 20L, 20L, 20L, 40L, 40L, 40L, 80L);
    }

    @Test
    void successMakesTheNextFailureFreeAgain() {
        Backoff backoff = new Backoff(highest(), 1);
        Stream.generate(backoff::next).limit(5).forEach(pause -> {});
        backoff.reset();

        assertThat(backoff.next()).isZero();
        assertThat(backoff.next()).isEqualTo(Backoff.LOWEST_CEILING);
    }

    @Test
    void pausesAreSpreadOverTheWholeTime() {
        RandomGenerator random = new SplittableRandom(1);
        Backoff backoff = new Backoff(random, 1);
        Stream.generate(backoff::next).limit(10).forEach(pause -> {});

        assertThat(Stream.generate(backoff::next).limit(200).map(Duration::toMillis))
                .allMatch(millis -> millis >= 0 && millis <= 1000)
                .anyMatch(millis -> millis < 100)
                .anyMatch(millis -> millis > 900);
    }

    @Test
    void manyFailuresDoNotOverflow() {
        Backoff backoff = new Backoff(highest(), 1);
        Stream.generate(backoff::next).limit(100).forEach(pause -> {});

        assertThat(backoff.next()).isEqualTo(Backoff.HIGHEST_CEILING);
    }

    private static RandomGenerator highest() {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return -1;
            }

            @Override
            public long nextLong(long bound) {
                return bound - 1;
            }
        };
    }
}
