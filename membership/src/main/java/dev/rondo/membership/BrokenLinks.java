package dev.rondo.membership;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.stack.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The links of one node that are broken on purpose, by the others' bus addresses, so that a cut outlives restarts of
 * the other node. What is cut is dropped at the sockets, below every protocol, silently, as by a network that loses
 * packets: data, heartbeats, discovery, merging. Thread-safe; the questions are asked for every packet, so they cost
 * one volatile read while nothing is broken.
 */
final class BrokenLinks {

    private record Broken(Member member, IpAddress address, LinkCut cut) {}

    private final Map<NodeId, Broken> links = new HashMap<>();
    private volatile Set<IpAddress> incoming = Set.of();
    private volatile Set<IpAddress> outgoing = Set.of();

    /** Cuts the link to a node, whatever was cut of it before. */
    synchronized void cut(Member member, IpAddress address, LinkCut cut) {
        links.put(member.id(), new Broken(member, address, cut));
        publish();
    }

    /** Heals one link; false when it was not broken. */
    synchronized boolean heal(NodeId node) {
        boolean healed = links.remove(node) != null;
        publish();
        return healed;
    }

    /** What is cut, by the member at the other end as it was when the link was broken. */
    synchronized Map<Member, LinkCut> cuts() {
        Map<Member, LinkCut> cuts = new HashMap<>();
        links.values().forEach(link -> cuts.put(link.member, link.cut));
        return cuts;
    }

    private void publish() {
        Set<IpAddress> in = new HashSet<>();
        Set<IpAddress> out = new HashSet<>();
        for (Broken link : links.values()) {
            if (link.cut.cutsIncoming()) {
                in.add(link.address);
            }
            if (link.cut.cutsOutgoing()) {
                out.add(link.address);
            }
        }
        incoming = in;
        outgoing = out;
    }

    /** Whether what comes from this bus address is to be dropped. */
    boolean dropsFrom(@Nullable Address sender) {
        Set<IpAddress> dropped = incoming;
        return !dropped.isEmpty() && sender instanceof IpAddress address && dropped.contains(address);
    }

    /** Whether what goes to this bus address is to be dropped. */
    boolean dropsTo(@Nullable Address receiver) {
        Set<IpAddress> dropped = outgoing;
        return !dropped.isEmpty() && receiver instanceof IpAddress address && dropped.contains(address);
    }
}
