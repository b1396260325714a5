// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.testing.TcpProxy.Direction;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The network between the nodes of a cluster, and between it and its clients: a {@link TcpProxy} before each port. The
 * nodes know each other by the addresses of the proxies only, and tell clients no others. Works where all of 127/8 is
 * this machine, as on Linux. Safe for use by any number of threads.
 */
public final class Network implements AutoCloseable {
    /** Where the proxies listen; the nodes listen at 127.0.0.1 on the same ports. */
    static final String HOST = "127.0.0.2";

    private static final int LOST_PACKET = 5;
    private static final Duration SENT_AGAIN = Duration.ofMillis(200);

    private final Map<TestNode, TcpProxy> clientPorts = new LinkedHashMap<>();
    private final Map<TestNode, TcpProxy> raftPorts = new LinkedHashMap<>();

    Network(List<TestNode> nodes) {
        for (TestNode node : nodes) {
            clientPorts.put(node, before(node.port(), nodes));
            raftPorts.put(node, before(node.port() + 1, nodes));
        }
    }

    /** What stands before the client port of a node. */
    public TcpProxy clientPort(TestNode node) {
        return find(clientPorts, node);
    }

    /** What stands before the port on which a node hears its peers. */
    public TcpProxy raftPort(TestNode node) {
        return find(raftPorts, node);
    }

    /** What stands before all client ports. */
    public List<TcpProxy> clientPorts() {
        return List.copyOf(clientPorts.values());
    }

    /** For clients that shall meet this network: {@code host:port} of each node. */
    public String[] endpoints() {
        return clientPorts.values().stream().map(TcpProxy::endpoint).toArray(String[]::new);
    }

    /** Cuts a node off from all others, both ways, while clients still reach it. */
    public void isolate(TestNode node) {
        for (TestNode other : clientPorts.keySet()) {
            if (other != node) {
                cut(node, other);
                cut(other, node);
            }
        }
    }

    /** Leaves each node its two neighbours in a ring alone: of five nodes each then has a majority of its own. */
    public void ring() {
        List<TestNode> nodes = List.copyOf(clientPorts.keySet());
        for (int i = 0; i < nodes.size(); i++) {
            for (int j = 0; j < nodes.size(); j++) {
                int steps = Math.floorMod(i - j, nodes.size());
                if (steps > 1 && steps < nodes.size() - 1) {
                    cut(nodes.get(i), nodes.get(j));
                }
            }
        }
    }

    /**
     * From now on the network between the nodes loses each fifth packet, as TCP lets them see it: what comes behind waits
     * until it was sent again, 200 ms, the shortest that Linux waits.
     */
    public void losePackets() {
        for (TcpProxy proxy : raftPorts.values()) {
            for (Direction direction : Direction.values()) {
                proxy.delayEach(LOST_PACKET, direction, SENT_AGAIN);
            }
        }
    }

    /** How many pieces came late between the nodes. */
    public long late() {
        return raftPorts.values().stream()
                .mapToLong(proxy -> proxy.late(Direction.REQUESTS) + proxy.late(Direction.REPLIES))
                .sum();
    }

    /** How many bytes were swallowed anywhere. */
    public long swallowed() {
        return all().stream()
                .mapToLong(proxy -> proxy.swallowed(Direction.REQUESTS) + proxy.swallowed(Direction.REPLIES))
                .sum();
    }

    /** How many bytes of clients' traffic were swallowed this way. */
    public long swallowedOfClients(Direction direction) {
        return clientPorts.values().stream()
                .mapToLong(proxy -> proxy.swallowed(direction))
                .sum();
    }

    /** Lets everything pass again. */
    public void heal() {
        all().forEach(TcpProxy::heal);
    }

    @Override
    public void close() {
        all().forEach(TcpProxy::close);
    }

    /** Nothing passes on connections from one to the other. */
    private void cut(TestNode from, TestNode to) {
        clientPort(to).cutOff(from.name());
        raftPort(to).cutOff(from.name());
    }

    private List<TcpProxy> all() {
        List<TcpProxy> all = new ArrayList<>(clientPorts.values());
        all.addAll(raftPorts.values());
        return all;
    }

    private static TcpProxy before(int port, List<TestNode> nodes) {
        return TcpProxy.between(new InetSocketAddress(HOST, port), port, new Callers(nodes));
    }

    private static TcpProxy find(Map<TestNode, TcpProxy> proxies, TestNode node) {
        TcpProxy proxy = proxies.get(node);
        if (proxy == null) {
            throw new NoSuchElementException("proxy of " + node + " (it has: " + proxies.keySet() + ")");
        }
        return proxy;
    }
}
