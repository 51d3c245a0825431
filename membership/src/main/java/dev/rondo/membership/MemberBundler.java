package dev.rondo.membership;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.View;
import org.jgroups.protocols.PerDestinationBundler;

/**
 * Sends to each destination from a queue and a thread of its own, so that one that does not take its messages holds up
 * no other, and gives both up some time after a view in which the destination is no member. JGroups's bundler looks at
 * those who have just left only: what goes to somebody afterwards would keep a thread for every former life of every
 * node for good; and it stops the queue of one that has come back meanwhile. Public because JGroups makes it by
 * reflection; not for other use.
 */
public final class MemberBundler extends PerDestinationBundler {

    /** Called by JGroups. */
    public MemberBundler() {}

    @Override
    public void viewChange(View view) {
        members = view.getMembers();
        transport.getTimer().schedule(this::forgetStrangers, remove_delay, TimeUnit.MILLISECONDS);
    }

    private void forgetStrangers() {
        removeLeftMembers(dests.keySet().stream().filter(this::isStranger).toList());
    }

    /** Physical addresses are as many as there are nodes, and what goes to all has a place of its own. */
    private boolean isStranger(Address destination) {
        List<Address> present = members;
        return !(destination instanceof PhysicalAddress) && !NULL.equals(destination) && !present.contains(destination);
    }

    /** How many destinations have a queue. */
    int destinations() {
        return dests.size();
    }
}
