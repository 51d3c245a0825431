package dev.rondo.membership;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.PingData;
import org.jgroups.protocols.TCPPING;
import org.jgroups.util.Responses;

/**
 * Finds the other nodes by static addresses, any one of which is enough. A member that is asked by a newcomer tells the
 * coordinator the newcomer's address: with plain {@code TCPPING} a node whose only seed is not the coordinator waits
 * seconds, since the coordinator does not know where to send its answer.
 *
 * <p>Nodes that are started together must not each begin a cluster of its own, only to be merged later. So one of them,
 * the one with the lowest address, begins when nobody answers in time; the others go on asking until it, or anybody,
 * has a cluster, and begin one themselves only after {@link #PATIENCE_MS}.
 *
 * <p>Public because JGroups makes it by reflection; not for other use.
 */
public final class SeedDiscovery extends TCPPING {

    /** How long a node that is not the first among its seeds looks for a cluster. */
    static final long PATIENCE_MS = 3000;

    private static final long ASK_AGAIN_MS = 100;
    private static final long NS_PER_MS = 1_000_000;

    private boolean founder = true;
    private long searchedMs;

    /** Called by JGroups. */
    public SeedDiscovery() {
        setId(ClassConfigurator.getProtocolId(TCPPING.class));
    }

    /** Says whether this node begins a cluster when it finds none in time. */
    void founder(boolean first) {
        founder = first;
    }

    /** How long this node has looked for others at its start. */
    long searchedMs() {
        return searchedMs;
    }

    /** At the start it waits for a coordinator; later, when JGroups looks for parts to merge, it only asks. */
    @Override
    public Responses findMembers(List<Address> members, boolean initial, boolean async, long timeoutMs) {
        if (!initial) {
            return super.findMembers(members, false, async, timeoutMs);
        }
        long startNs = System.nanoTime();
        long patienceNs = (founder ? timeoutMs : Math.max(timeoutMs, PATIENCE_MS)) * NS_PER_MS;
        Responses found = ask(members, async);
        while (!hasCoordinator(found) && System.nanoTime() - startNs < patienceNs) {
            found = ask(members, async);
        }
        searchedMs += (System.nanoTime() - startNs) / NS_PER_MS;
        return founder && !hasCoordinator(found) ? new Responses(true) : found;
    }

    private Responses ask(List<Address> members, boolean async) {
        long endNs = System.nanoTime() + ASK_AGAIN_MS * NS_PER_MS;
        Responses found = super.findMembers(members, true, async, ASK_AGAIN_MS);
        found.waitFor(ASK_AGAIN_MS);
        while (!hasCoordinator(found) && System.nanoTime() < endNs) {
            LockSupport.parkNanos(endNs - System.nanoTime()); // JGroups thinks that it has heard enough
        }
        return found;
    }

    private static boolean hasCoordinator(Responses responses) {
        for (PingData response : responses) {
            if (response != null && response.isCoord()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void discoveryRequestReceived(Address sender, String name, PhysicalAddress address) {
        super.discoveryRequestReceived(sender, name, address);
        if (address != null && view != null && !is_coord && !view.containsMember(sender)) {
            sendDiscoveryResponse(List.of(new PingData(sender, false, name, address)), view.getCoord());
        }
    }
}
