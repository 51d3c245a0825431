package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.server.replication.Bus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The bus of simulated nodes: what one node sends another arrives in order but at any time; what it sends unordered
 * arrives in any order. Everything under way is lost when the link between two nodes is cut.
 */
final class SimulatedBus {
    /** Takes what arrives. */
    @FunctionalInterface
    interface Receiver {
        void received(NodeId from, long incarnation, byte[] message);
    }

    private record Link(NodeId from, NodeId to) {}

    private record Message(long incarnation, byte[] bytes) {}

    private final Random random;
    private final Map<NodeId, Receiver> receivers = new HashMap<>();
    private final Map<Link, Deque<Message>> ordered = new HashMap<>();
    private final Map<Link, List<Message>> unordered = new HashMap<>();
    private final Set<Link> cut = new HashSet<>();
    private final Set<NodeId> stopped = new HashSet<>();

    SimulatedBus(Random random) {
        this.random = random;
    }

    void connect(NodeId id, Receiver receiver) {
        receivers.put(id, receiver);
    }

    /** The node has died. */
    void disconnect(NodeId id) {
        receivers.remove(id);
        ordered.keySet().removeIf(link -> link.from.equals(id) || link.to.equals(id));
        unordered.keySet().removeIf(link -> link.from.equals(id) || link.to.equals(id));
    }

    void cut(NodeId a, NodeId b) {
        for (Link link : List.of(new Link(a, b), new Link(b, a))) {
            cut.add(link);
            ordered.remove(link);
            unordered.remove(link);
        }
    }

    void heal(NodeId a, NodeId b) {
        cut.remove(new Link(a, b));
        cut.remove(new Link(b, a));
    }

    /** The node takes nothing until it goes on; what is sent to it waits, and what it has sent arrives. */
    void stop(NodeId id) {
        stopped.add(id);
    }

    void goOn(NodeId id) {
        stopped.remove(id);
    }

    private boolean isOpen(Link link) {
        return receivers.containsKey(link.from) && receivers.containsKey(link.to) && !cut.contains(link);
    }

    Bus of(Member sender) {
        NodeId from = sender.id();
        return new Bus() {
            @Override
            public boolean send(NodeId to, byte[] message, int length) {
                Link link = new Link(from, to);
                return isOpen(link)
                        && ordered.computeIfAbsent(link, l -> new ArrayDeque<>())
                                .add(copy(message, length));
            }

            @Override
            public boolean sendUnordered(NodeId to, byte[] message, int length) {
                Link link = new Link(from, to);
                return isOpen(link)
                        && unordered
                                .computeIfAbsent(link, l -> new ArrayList<>())
                                .add(copy(message, length));
            }

            private Message copy(byte[] message, int length) {
                return new Message(sender.incarnation(), Arrays.copyOf(message, length));
            }
        };
    }

    /** Delivers one message of a random link; false when nothing is under way. */
    boolean deliverOne() {
        ordered.values().removeIf(Deque::isEmpty);
        unordered.values().removeIf(List::isEmpty);
        List<Link> links = new ArrayList<>(ordered.keySet());
        links.addAll(unordered.keySet());
        links.removeIf(link -> stopped.contains(link.to));
        if (links.isEmpty()) {
            return false;
        }
        links.sort((a, b) -> (a.from.hex() + a.to.hex()).compareTo(b.from.hex() + b.to.hex()));
        Link link = links.get(random.nextInt(links.size()));
        Deque<Message> queue = ordered.get(link);
        List<Message> bag = unordered.get(link);
        boolean fromBag = queue == null || bag != null && random.nextBoolean();
        Message message = fromBag ? bag.remove(random.nextInt(bag.size())) : queue.poll();
        receivers.get(link.to).received(link.from, message.incarnation, message.bytes);
        return true;
    }
}
