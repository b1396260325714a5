// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import dev.muster.server.config.ServerConfig.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What addresses and names have to keep to among each other. A key that could not be read is not judged again. */
final class PeerRules {
    private static final int MAX_PEERS = 9;

    private final Settings settings;
    private final List<String> warnings;

    PeerRules(Settings settings, List<String> warnings) {
        this.settings = settings;
        this.warnings = warnings;
    }

    /** Notes every rule that is broken. {@code self} is this node among the peers. */
    void check(ServerConfig config, Member self) {
        if (settings.usable(Keys.PEERS)) {
            membersAreDistinct(config.peers());
            sizeIsSensible(config.peers().size());
        }
        if (settings.usable(Keys.NODE, Keys.PEERS, Keys.LISTEN, Keys.ADVERTISE)) {
            ownAddressIsTheAdvertisedOne(config, self);
        }
        if (settings.usable(Keys.INSECURE) && !config.insecure()) {
            plainTextStaysOnThisMachine(config);
        }
    }

    private void membersAreDistinct(List<Member> peers) {
        Set<String> names = new HashSet<>();
        for (Member peer : peers) {
            if (!names.add(peer.name())) {
                settings.refuse(Keys.PEERS, "each name once, not two of " + peer.name());
            }
            for (Member other : peers) {
                boolean ordered = peer.name().compareTo(other.name()) < 0;
                if (ordered && overlap(peer.client(), other.client())) {
                    settings.refuse(
                            Keys.PEERS,
                            "client ports on one host at least " + (Ports.LAST_OFFSET + 1) + " apart, not " + peer
                                    + " and " + other);
                }
            }
        }
    }

    private static boolean overlap(HostPort a, HostPort b) {
        return a.host().equals(b.host()) && Math.abs(a.port() - b.port()) <= Ports.LAST_OFFSET;
    }

    private void sizeIsSensible(int size) {
        if (size > MAX_PEERS) {
            settings.refuse(Keys.PEERS, "at most " + MAX_PEERS + " members: each one makes every write slower");
        } else if (size % 2 == 0) {
            warnings.add("peers: " + size + " members survive the loss of " + (size - 1) / 2 + ", no more than "
                    + (size - 1) + " would");
        }
    }

    private void ownAddressIsTheAdvertisedOne(ServerConfig config, Member self) {
        HostPort own = self.client();
        if (config.listen().port() != own.port()) {
            settings.refuse(Keys.LISTEN, "port " + own.port() + ", as peers says of " + self.name());
        }
        if (!config.advertise().equals(own.host())) {
            settings.refuse(Keys.ADVERTISE, own.host() + ", as peers says of " + self.name());
        } else if (own.isWildcard()) {
            settings.refuse(Keys.PEERS, "an address that others can call, not " + self);
        }
    }

    private void plainTextStaysOnThisMachine(ServerConfig config) {
        String expected = "a loopback address, or insecure=true: TLS is not built yet, so whoever reaches the port can"
                + " read and change the registry; set insecure=true only in a network that you trust";
        if (settings.usable(Keys.LISTEN) && !config.listen().isLoopback()) {
            settings.refuse(Keys.LISTEN, expected);
        } else if (settings.usable(Keys.ADVERTISE) && !HostPort.isLoopback(config.advertise())) {
            settings.refuse(Keys.ADVERTISE, expected);
        }
    }
}
