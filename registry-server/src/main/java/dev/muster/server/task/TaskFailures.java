// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

/**
 * Told of each background task that threw. A task is never lost silently: the listener reports it, and ends the node
 * when the cause leaves no other way (an {@link java.lang.Error}). Called on the thread of the task.
 */
@FunctionalInterface
public interface TaskFailures {
    /**
     * The task threw; its loop goes on, and recurring tasks run again.
     *
     * @param task the name of the loop
     * @param cause what it threw
     */
    void onTaskFailure(String task, Throwable cause);
}
