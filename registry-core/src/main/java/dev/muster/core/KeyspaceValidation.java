// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.keyspace.KeyspaceSpec;
import dev.muster.core.keyspace.Uint128;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.LedgerRequest;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.ResumeKeyspaceRequest;
import dev.muster.v1.ReturnKeysRequest;

/**
 * The rules that a request about keyspaces can be held against without knowing the state; see {@link Validation}.
 * Stateless, thus thread-safe.
 */
public final class KeyspaceValidation {
    private KeyspaceValidation() {}

    /** A keyspace to be created. */
    public static void create(CreateKeyspaceRequest request) {
        Validation.known(request, "create_keyspace");
        name("name", request.getName());
        int width = request.getWidth();
        if (width != 0 && (width < Limits.MIN_KEY_BITS || width > Limits.MAX_KEY_BITS)) {
            throw Rejection.invalid(
                    "width",
                    Integer.toUnsignedLong(width),
                    Limits.MIN_KEY_BITS + " to " + Limits.MAX_KEY_BITS + " bits, or 0 for " + Limits.DEFAULT_KEY_BITS);
        }
        Validation.known(request.getStart(), "start");
        Validation.known(request.getMax(), "max");
        KeyspaceSpec spec = spec(request);
        Uint128 highest = KeyspaceSpec.highest(spec.width());
        if (spec.max().compareTo(highest) > 0) {
            throw Rejection.invalid("max", spec.max(), "at most " + highest + " for " + spec.width() + " bits");
        }
        if (spec.start().compareTo(spec.max()) > 0) {
            throw Rejection.invalid("start", spec.start(), "at most the maximum, " + spec.max());
        }
    }

    /** A key set to be handed out. */
    public static void next(NextKeySetRequest request) {
        Validation.known(request, "next_key_set");
        name("keyspace", request.getKeyspace());
        int size = request.getSize();
        if (size < 1 || size > Limits.MAX_KEYSET_SIZE) {
            throw Rejection.invalid("size", Integer.toUnsignedLong(size), "1 to " + Limits.MAX_KEYSET_SIZE);
        }
    }

    /** Numbers to be given back. */
    public static void giveBack(ReturnKeysRequest request) {
        Validation.known(request, "return_keys");
        name("keyspace", request.getKeyspace());
        NumberRange keys = request.getKeys();
        Validation.known(keys, "keys");
        Validation.known(keys.getFirst(), "keys.first");
        Validation.known(keys.getLast(), "keys.last");
        Uint128 last = Uint128.of(keys.getLast());
        if (Uint128.of(keys.getFirst()).compareTo(last) > 0) {
            throw Rejection.invalid("keys.first", Uint128.of(keys.getFirst()), "at most keys.last, " + last);
        }
    }

    /** A keyspace to go on. */
    public static void resume(ResumeKeyspaceRequest request) {
        Validation.known(request, "resume_keyspace");
        name("keyspace", request.getKeyspace());
        Validation.known(request.getFrom(), "from");
        if (!request.hasFrom()) {
            throw Rejection.invalid("from", "", "the next number to be handed out");
        }
    }

    /** A page of a ledger. */
    public static void ledger(LedgerRequest request) {
        name("keyspace", request.getKeyspace());
        Validation.pageSize(request.getPageSize());
        Validation.read(request.getRead());
    }

    /** What the request means where it says nothing. */
    static KeyspaceSpec spec(CreateKeyspaceRequest request) {
        int width = request.getWidth() == 0 ? Limits.DEFAULT_KEY_BITS : request.getWidth();
        Number max = request.getMax();
        return new KeyspaceSpec(
                request.getName(),
                width,
                Uint128.of(request.getStart()),
                request.hasMax() ? Uint128.of(max) : KeyspaceSpec.highest(width));
    }

    private static void name(String field, String name) {
        Text.name(field, name, Limits.MAX_NAME_CHARS);
    }
}
