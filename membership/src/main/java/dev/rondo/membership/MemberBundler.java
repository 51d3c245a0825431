package dev.rondo.membership;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.View;
import org.jgroups.protocols.PerDestinationBundler;
import org.jgroups.util.TimeScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Sends to each destination from a queue and a thread of its own, so that one that does not take its messages holds up
 * no other, and gives both up once the destination has been no member for a while. JGroups's bundler looks only at those
 * who have just left, and only when a view comes: what goes to somebody afterwards would keep a thread for every former
 * life of every node for good; and it stops the queue of one that has come back meanwhile. Public because JGroups makes
 * it by reflection; not for other use.
 */
public final class MemberBundler extends PerDestinationBundler {
    private Set<Address> strangers = Set.of(); // timer's task only
    private @Nullable Future<?> timer;

    /** Called by JGroups. */
    public MemberBundler() {
        members = List.of(); // until the first view
    }

    @Override
    public void start() {
        super.start();
        TimeScheduler scheduler = transport.getTimer();
        timer = scheduler.scheduleWithFixedDelay(
                this::forgetStrangers, remove_delay, remove_delay, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        Future<?> task = timer;
        if (task != null) {
            task.cancel(false);
        }
        super.stop();
    }

    @Override
    public void viewChange(View view) {
        members = view.getMembers();
    }

    /** Those who were strangers the last time, too: the last words to one who leaves are still sent. */
    private void forgetStrangers() {
        List<Address> now = dests.keySet().stream().filter(this::isStranger).toList();
        removeLeftMembers(now.stream().filter(strangers::contains).toList());
        strangers = Set.copyOf(now);
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
