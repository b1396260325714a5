// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of tests on one running cluster, which each method may take as a parameter of type {@link TestCluster}. Each
 * test has 60 s, unless it says otherwise, and is ended then even if it hangs. After each the cluster is healed and
 * {@linkplain TestCluster#verify verified}; after one that failed, its files are kept and the next one gets a new
 * cluster. Classes that set the same here share theirs.
 *
 * <pre>{@code
 * @ClusterTest(settings = "snapshot.entries=200")
 * final class KilledLeaderTest {
 *     @Test
 *     void killedLeaderIsReplacedAndNoRegistrationIsLost(TestCluster cluster) {
 *         Workload writers = cluster.startWriters(4).awaitMore(100);
 *         cluster.awaitLeader().kill();
 *         writers.awaitMore(100);
 *     }
 * }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(ClusterTestExtension.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public @interface ClusterTest {
    /** How many nodes. */
    int nodes() default TestCluster.ORDINARY_NODES;

    /** Whether there is a {@link Network} between the nodes, which a test can make a bad one. */
    boolean badNetwork() default false;

    /** Whether each node has a {@link WallClock}, which a test can make a wrong one. */
    boolean badClocks() default false;

    /** Whether each node has a {@link FaultyDisk}, which a test can spoil. */
    boolean badDisks() default false;

    /** Settings of every node, {@code key=value} with the keys of the server. */
    String[] settings() default {};
}
