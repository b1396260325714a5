// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.util.Locale;
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

/** Gives the tests of a class their cluster, and has it verified after each. For one class at a time. */
final class ClusterTestExtension implements BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterTestExtension.class);

    private final AtomicInteger clusters = new AtomicInteger();
    private @Nullable TestCluster cluster;

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
        LOG.info("{}: {}", context.getRequiredTestClass().getSimpleName(), context.getDisplayName());
        running(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestCluster used = cluster;
        if (used == null) {
            return;
        }
        if (context.getExecutionException().isPresent()) {
            discard(used);
            return;
        }
        try {
            used.verify();
        } catch (Throwable e) {
            discard(used);
            throw e;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }

    private void discard(TestCluster used) {
        LOG.warn("logs and data of the failed test are kept in {}", used.folder());
        used.keepFiles();
        used.close();
        cluster = null;
    }

    private TestCluster running(ExtensionContext context) {
        TestCluster running = cluster;
        if (running == null) {
            running = start(context.getRequiredTestClass());
            cluster = running;
        }
        return running;
    }

    private TestCluster start(Class<?> test) {
        ClusterTest wanted = test.getAnnotation(ClusterTest.class);
        String name =
                test.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        int number = clusters.incrementAndGet();
        TestCluster.Builder builder = TestCluster.named(number == 1 ? name : name + "-" + number)
                .nodes(wanted.nodes())
                .badNetwork(wanted.badNetwork());
        for (String setting : wanted.settings()) {
            builder.setting(setting);
        }
        return builder.start();
    }
}
