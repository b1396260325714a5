// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.catalog.Catalog;
import dev.muster.core.event.EventRing;
import dev.muster.core.event.OpenPairs;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.keyspace.Keyspaces;
import dev.muster.core.lease.Leases;
import dev.muster.core.session.Sessions;
import dev.muster.internal.v1.Settings;
import dev.muster.v1.Header;

/**
 * The whole registry at one point of its log.
 *
 * <p>Every state is made from the one before by {@link Registry#apply}, or read from a snapshot. Two nodes that applied
 * the same commands have equal states. Immutable over persistent maps, thus thread-safe: who holds one may read it for
 * as long as they like while newer ones come and go.
 */
public final class RegistryState {
    private static final RegistryState EMPTY = new Builder().build();

    private final Identity identity;
    private final int featureLevel;
    private final long revision;
    private final long clockMillis;
    private final long term;
    private final String leader;
    private final Catalog catalog;
    private final Leases leases;
    private final Sessions sessions;
    private final Keyspaces keyspaces;
    private final EventRing events;
    private final OpenPairs pairs;
    private final long chain;
    private final long stateHash;

    private RegistryState(Builder builder) {
        this.identity = builder.identity;
        this.featureLevel = builder.featureLevel;
        this.revision = builder.revision;
        this.clockMillis = builder.clockMillis;
        this.term = builder.term;
        this.leader = builder.leader;
        this.catalog = builder.catalog;
        this.leases = builder.leases;
        this.sessions = builder.sessions;
        this.keyspaces = builder.keyspaces;
        this.events = builder.events;
        this.pairs = builder.pairs;
        this.chain = builder.chain;
        this.stateHash = builder.stateHash;
    }

    /** Before the first command: no cluster, no term, revision 0. */
    public static RegistryState empty() {
        return EMPTY;
    }

    /** The cluster, empty before the first command. */
    public String clusterId() {
        return identity.clusterId();
    }

    /** The random identity of this history. */
    public long epochId() {
        return identity.epochId();
    }

    /** The place of this history in its lineage. */
    public long epochOrdinal() {
        return identity.epochOrdinal();
    }

    /** The numbers that apply reads. */
    public Settings settings() {
        return identity.settings();
    }

    /** The feature level in force. */
    public int featureLevel() {
        return featureLevel;
    }

    /** How many commands changed something. */
    public long revision() {
        return revision;
    }

    /** The registry's clock, milliseconds since 1970: the highest stamp seen, with steps bounded. Never goes back. */
    public long clockMillis() {
        return clockMillis;
    }

    /** The term whose commands are accepted. */
    public long term() {
        return term;
    }

    /** The node that leads in this term. */
    public String leader() {
        return leader;
    }

    /** What was read below this revision cannot be brought up to date: removals may be forgotten. */
    public long compactedRevision() {
        return catalog.compactedRevision();
    }

    /** Services and instances. */
    public Catalog catalog() {
        return catalog;
    }

    /** Leases. */
    public Leases leases() {
        return leases;
    }

    /** Sessions. */
    public Sessions sessions() {
        return sessions;
    }

    /** Keyspaces. */
    public Keyspaces keyspaces() {
        return keyspaces;
    }

    /** The newest events. */
    public EventRing events() {
        return events;
    }

    /** Pairs of client events that are open. */
    public OpenPairs pairs() {
        return pairs;
    }

    /** A running hash over every command applied and every result given, refused ones too. */
    public long chain() {
        return chain;
    }

    /**
     * The hash of the state as it was when {@link #revision()} was made: equal on all nodes at equal revisions, also
     * when one of them went on to commands that changed nothing.
     */
    public long stateHash() {
        return stateHash;
    }

    /**
     * The hash of the state as it is now. That of a state without keyspaces or open pairs is what it was before there were
     * any.
     */
    public long contentHash() {
        long rest = hashOfTheRest();
        long numbered = keyspaces.size() == 0 ? rest : Fingerprint.mix(rest, keyspaces.fingerprint());
        return pairs.size() == 0 ? numbered : Fingerprint.mix(numbered, pairs.fingerprint());
    }

    private long hashOfTheRest() {
        return Fingerprint.mix(
                identity.fingerprint(),
                featureLevel,
                revision,
                clockMillis,
                term,
                Fingerprint.of(leader),
                catalog.fingerprint(),
                leases.fingerprint(),
                sessions.fingerprint(),
                events.fingerprint(),
                chain);
    }

    /** Where in history this state stands, for a reply whose data may be so old; -1 when nobody knows. */
    public Header header(long ageMillis) {
        return header(revision, ageMillis);
    }

    Header header(long revision, long ageMillis) {
        return Header.newBuilder()
                .setEpochId(epochId())
                .setEpochOrdinal(epochOrdinal())
                .setRevision(revision)
                .setAgeMillis(ageMillis)
                .build();
    }

    /** A builder that starts as this state. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** A state in the making: by a command, or from a snapshot. Not thread-safe. */
    public static final class Builder {
        private Identity identity = Identity.NONE;
        private int featureLevel;
        private long revision;
        private long clockMillis;
        private long term;
        private String leader = "";
        private Catalog catalog = Catalog.empty();
        private Leases leases = Leases.empty();
        private Sessions sessions = Sessions.empty();
        private Keyspaces keyspaces = Keyspaces.empty();
        private EventRing events = EventRing.empty();
        private OpenPairs pairs = OpenPairs.empty();
        private long chain;
        private long stateHash;

        private Builder() {}

        private Builder(RegistryState state) {
            this.identity = state.identity;
            this.featureLevel = state.featureLevel;
            this.revision = state.revision;
            this.clockMillis = state.clockMillis;
            this.term = state.term;
            this.leader = state.leader;
            this.catalog = state.catalog;
            this.leases = state.leases;
            this.sessions = state.sessions;
            this.keyspaces = state.keyspaces;
            this.events = state.events;
            this.pairs = state.pairs;
            this.chain = state.chain;
            this.stateHash = state.stateHash;
        }

        /** What the cluster is born with. */
        public Builder identity(String clusterId, long epochId, long epochOrdinal, Settings settings) {
            this.identity = Identity.of(clusterId, epochId, epochOrdinal, settings);
            return this;
        }

        /** See {@link RegistryState#featureLevel()}. */
        public Builder featureLevel(int featureLevel) {
            this.featureLevel = featureLevel;
            return this;
        }

        /** See {@link RegistryState#revision()}. */
        public Builder revision(long revision) {
            this.revision = revision;
            return this;
        }

        /** See {@link RegistryState#clockMillis()}. */
        public Builder clockMillis(long clockMillis) {
            this.clockMillis = clockMillis;
            return this;
        }

        /** See {@link RegistryState#term()} and {@link RegistryState#leader()}. */
        public Builder term(long term, String leader) {
            this.term = term;
            this.leader = leader;
            return this;
        }

        /** See {@link RegistryState#catalog()}. */
        public Builder catalog(Catalog catalog) {
            this.catalog = catalog;
            return this;
        }

        /** See {@link RegistryState#leases()}. */
        public Builder leases(Leases leases) {
            this.leases = leases;
            return this;
        }

        /** See {@link RegistryState#sessions()}. */
        public Builder sessions(Sessions sessions) {
            this.sessions = sessions;
            return this;
        }

        /** See {@link RegistryState#keyspaces()}. */
        public Builder keyspaces(Keyspaces keyspaces) {
            this.keyspaces = keyspaces;
            return this;
        }

        /** See {@link RegistryState#events()}. */
        public Builder events(EventRing events) {
            this.events = events;
            return this;
        }

        /** See {@link RegistryState#pairs()}. */
        public Builder pairs(OpenPairs pairs) {
            this.pairs = pairs;
            return this;
        }

        /** See {@link RegistryState#chain()}. */
        public Builder chain(long chain) {
            this.chain = chain;
            return this;
        }

        /** See {@link RegistryState#stateHash()}. */
        public Builder stateHash(long stateHash) {
            this.stateHash = stateHash;
            return this;
        }

        /** The state. */
        public RegistryState build() {
            return new RegistryState(this);
        }
    }
}
