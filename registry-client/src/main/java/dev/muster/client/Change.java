// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** One change of the registry's list, to be written. Immutable. */
public sealed interface Change {
    /** The instance that it concerns. */
    InstanceKey key();

    /** Lists an instance, or replaces one of the same identity. */
    static Register register(ServiceInstance instance) {
        return new Register(instance, 0);
    }

    /** Takes an instance off the list, whichever incarnation is registered. */
    static Deregister deregister(InstanceKey key) {
        return new Deregister(key, 0);
    }

    /** Changes an instance, whichever incarnation is registered. */
    static Update update(InstanceKey key, InstanceUpdate update) {
        return new Update(key, update, 0, 0);
    }

    /**
     * Lists an instance.
     *
     * @param instance the instance
     * @param supersedes the last incarnation that the caller held of it, 0 for a new process; refused as
     *     {@link MusterException.Reason#FENCED} when a newer one is known
     */
    record Register(ServiceInstance instance, long supersedes) implements Change {
        /** Checks the weight, for which 0 would silently become the default. */
        public Register {
            if (instance.weight() == 0) {
                throw new IllegalArgumentException("weight of " + instance.key()
                        + ": 0 (expected: 1 to 65535 in a registration; register it DRAINING instead)");
            }
        }

        @Override
        public InstanceKey key() {
            return instance.key();
        }
    }

    /**
     * Takes an instance off the list.
     *
     * @param key the instance
     * @param incarnation only this one; 0 for whichever is registered
     */
    record Deregister(InstanceKey key, long incarnation) implements Change {}

    /**
     * Changes an instance.
     *
     * @param key the instance
     * @param update what changes
     * @param incarnation only this one; 0 for whichever is registered
     * @param expectedModifyRevision only if it was last changed at this revision; 0 for always
     */
    record Update(InstanceKey key, InstanceUpdate update, long incarnation, long expectedModifyRevision)
            implements Change {}
}
