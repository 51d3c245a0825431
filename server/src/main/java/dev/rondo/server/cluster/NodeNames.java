package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.server.command.CommandException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the member that an operator means: by its id, the beginning of its id, or its client address {@code host:port}.
 * Knows the members of the slot table, those that can be reached, and those cut off on purpose. Thread-safe.
 */
final class NodeNames {
    private static final int LEAST_PREFIX = 4;

    private final ClusterService cluster;

    NodeNames(ClusterService cluster) {
        this.cluster = cluster;
    }

    Member find(String name) {
        Map<NodeId, Member> known = all();
        List<Member> meant =
                known.values().stream().filter(member -> isMeant(member, name)).toList();
        if (meant.isEmpty()) {
            throw new CommandException("ERR Unknown node " + name);
        }
        if (meant.size() > 1) {
            throw new CommandException("ERR " + meant.size() + " nodes have an id that begins with " + name);
        }
        return meant.get(0);
    }

    /** Every member that this node knows of, by id. */
    Map<NodeId, Member> all() {
        Map<NodeId, Member> known = new TreeMap<>();
        cluster.bus().brokenLinks().keySet().forEach(member -> known.put(member.id(), member));
        cluster.table().members().forEach(member -> known.put(member.id(), member));
        cluster.reachable().forEach(member -> known.put(member.id(), member));
        return known;
    }

    private static boolean isMeant(Member member, String name) {
        return member.address().equals(name)
                || name.length() >= LEAST_PREFIX && member.id().hex().startsWith(name);
    }
}
