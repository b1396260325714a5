// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tests their cluster, and has it verified after each. Classes that want an ordinary cluster share one until a test
 * fails, for a start costs seconds; the others have one each. For one test at a time.
 */
final class ClusterTestExtension implements BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterTestExtension.class);
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ClusterTestExtension.class);
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    /** A place for one cluster, empty when the last one was given up. */
    private static final class Slot implements AutoCloseable {
        @Nullable
        TestCluster cluster;

        @Override
        public void close() {
            if (cluster != null) {
                cluster.close();
                cluster = null;
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
        LOG.info("{}", test);
        running(context).nodes().forEach(node -> JavaChild.mark(node.log(), test));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Slot slot = slot(context);
        TestCluster used = slot.cluster;
        if (used == null) {
            return;
        }
        if (context.getExecutionException().isPresent()) {
            discard(slot, used);
            return;
        }
        try {
            used.verify();
        } catch (Throwable e) {
            discard(slot, used);
            throw e;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!isOrdinary(wanted(context))) {
            slot(context).close();
        }
    }

    private static void discard(Slot slot, TestCluster used) {
        LOG.warn("logs and data of the failed test are kept in {}", used.folder());
        slot.cluster = null;
        used.keepFiles();
        used.close();
    }

    private static TestCluster running(ExtensionContext context) {
        Slot slot = slot(context);
        TestCluster running = slot.cluster;
        if (running == null) {
            running = start(wanted(context));
            slot.cluster = running;
        }
        return running;
    }

    private static Slot slot(ExtensionContext context) {
        ClusterTest wanted = wanted(context);
        String key =
                isOrdinary(wanted) ? "ordinary" : context.getRequiredTestClass().getName();
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(key, unused -> new Slot(), Slot.class);
    }

    private static boolean isOrdinary(ClusterTest wanted) {
        return wanted.nodes() == TestCluster.ORDINARY_NODES && !wanted.badNetwork() && wanted.settings().length == 0;
    }

    private static ClusterTest wanted(ExtensionContext context) {
        return context.getRequiredTestClass().getAnnotation(ClusterTest.class);
    }

    private static TestCluster start(ClusterTest wanted) {
        TestCluster.Builder builder = TestCluster.named("cluster-" + CLUSTERS.incrementAndGet())
                .nodes(wanted.nodes())
                .badNetwork(wanted.badNetwork());
        Arrays.stream(wanted.settings()).forEach(builder::setting);
        return builder.start();
    }
}
