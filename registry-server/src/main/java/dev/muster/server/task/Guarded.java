// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

/**
 * A task that reports what it throws instead of letting it vanish in an executor. As thread-safe as the task it guards.
 */
public final class Guarded implements Runnable {
    private final String name;
    private final TaskFailures failures;
    private final Runnable task;

    /** Guards the task; {@code name} is what the report calls it. */
    public Guarded(String name, TaskFailures failures, Runnable task) {
        this.name = name;
        this.failures = failures;
        this.task = task;
    }

    @Override
    public void run() {
        try {
            task.run();
        } catch (Throwable cause) {
            failures.onTaskFailure(name, cause);
        }
    }
}
