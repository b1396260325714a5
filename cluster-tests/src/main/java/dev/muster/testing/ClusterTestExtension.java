// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tests their cluster, and has it verified after each. A start costs seconds: a class takes over the running cluster
 * if it wants the same kind and no test has failed on it; otherwise that one is closed. For one test at a time. The last
 * one ends with this JVM.
 */
final class ClusterTestExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterTestExtension.class);
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    /** A running cluster and what it was made for. */
    private record Running(TestCluster cluster, ClusterTest wanted) {}

    private static @Nullable Running running;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return clusterFor(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
        LOG.info("{}", test);
        clusterFor(context).nodes().forEach(node -> JavaChild.mark(node.log(), test));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Running used = running;
        if (used == null) {
            return;
        }
        if (context.getExecutionException().isPresent()) {
            discard(used.cluster());
            return;
        }
        try {
            used.cluster().verify();
        } catch (Throwable e) {
            discard(used.cluster());
            throw e;
        }
    }

    private static void discard(TestCluster used) {
        LOG.warn("logs and data of the failed test are kept in {}", used.folder());
        running = null;
        used.keepFiles();
        used.close();
    }

    private static TestCluster clusterFor(ExtensionContext context) {
        ClusterTest wanted = context.getRequiredTestClass().getAnnotation(ClusterTest.class);
        Running now = running;
        if (now != null && now.wanted().equals(wanted)) {
            return now.cluster();
        }
        if (now != null) {
            running = null;
            now.cluster().close();
        }
        TestCluster started = start(wanted);
        running = new Running(started, wanted);
        return started;
    }

    private static TestCluster start(ClusterTest wanted) {
        TestCluster.Builder builder = TestCluster.named("cluster-" + CLUSTERS.incrementAndGet())
                .nodes(wanted.nodes())
                .badNetwork(wanted.badNetwork())
                .badClocks(wanted.badClocks())
                .badDisks(wanted.badDisks());
        Arrays.stream(wanted.settings()).forEach(builder::setting);
        return builder.start();
    }
}
