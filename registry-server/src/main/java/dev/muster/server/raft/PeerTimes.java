// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.transport.PeerLink;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.ratis.protocol.RaftPeer;

/**
 * How long a node waits for another one.
 *
 * @param silence after that a connection that is to carry short messages only is given up
 */
record PeerTimes(Duration silence) {
    /** Entries and snapshots may take a slow disk that long. */
    static final Duration DISK = Duration.ofSeconds(60);

    static PeerTimes of(RaftOptions options) {
        return new PeerTimes(options.electionTimeoutMax().multipliedBy(2));
    }

    /** For heartbeats and votes. */
    PeerLink quickLink(RaftPeer peer) {
        return link(peer, silence);
    }

    /** For entries and snapshots. */
    PeerLink patientLink(RaftPeer peer) {
        return link(peer, DISK);
    }

    private PeerLink link(RaftPeer peer, Duration reply) {
        return new PeerLink(addressOf(peer.getAddress()), (int) silence.toMillis(), (int) reply.toMillis());
    }

    /** An address that is looked up anew with every connection. */
    static InetSocketAddress addressOf(String address) {
        int colon = address.lastIndexOf(':');
        return InetSocketAddress.createUnresolved(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }
}
