package dev.rondo.server.cluster;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.Slot;
import java.util.Collection;

/**
 * What happened in a simulation, line by line, for who has to find out why a schedule fails: run it with
 * {@code -Drondo.trace=true -Drondo.schedule=SEED}. One column for each node; of a slot its role, {@code +} for a
 * complete copy, the sequence number, whom it follows, to whom it was handed, and a digest of its entries.
 */
final class SimulationTrace {
    private final boolean enabled;
    private String last = "";

    SimulationTrace(boolean enabled) {
        this.enabled = enabled;
    }

    void event(String text) {
        if (enabled) {
            System.out.println(text.stripTrailing());
        }
    }

    /** Notes the states of slots if they have changed. */
    void states(long nowNs, int[] slots, Collection<SimulatedNode> nodes) {
        if (!enabled) {
            return;
        }
        StringBuilder line = new StringBuilder();
        for (int index : slots) {
            line.append(index).append(':');
            nodes.forEach(node -> describe(node, index, line));
            line.append(" | ");
        }
        if (!last.contentEquals(line)) {
            last = line.toString();
            event(nowNs / 1_000_000 + " " + last);
        }
    }

    private static void describe(SimulatedNode node, int index, StringBuilder line) {
        Slot slot = node.keyspace.slot(index);
        slot.lock();
        try {
            NodeId source = node.replication.source(slot);
            line.append(' ').append(slot.role()).append(slot.isInSync() ? '+' : '-');
            line.append(slot.sequence()).append('/');
            line.append(source == null ? "_" : source.hex().substring(39));
            if (node.roles.handedTo(index) != null) {
                line.append('h').append(node.roles.handedTo(index).id().hex().substring(39));
            }
            line.append('#').append(Words.contents(slot).hashCode() & 0xfff);
        } finally {
            slot.unlock();
        }
    }
}
