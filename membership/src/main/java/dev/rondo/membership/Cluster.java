package dev.rondo.membership;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jgroups.stack.IpAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in the cluster: it finds the others, tells who can be reached and who owns which slot, carries messages
 * between nodes, and on one node, the coordinator, makes the slot tables.
 *
 * <p>All public methods may be called from any thread; only {@link #send} and {@link #sendUnordered} may wait, so they
 * must not be called on event loops. One thread, the membership thread, does all the work and makes all calls to the
 * listener but {@link ClusterListener#received}. Everything it has to do waits in slots that hold only the newest of
 * their kind, so nothing grows however fast the others talk.
 *
 * <p><b>How slots change hands</b>, the rules that all nodes follow:
 *
 * <ul>
 *   <li>A member among a slot's owners that has no copy asks the primary for one, and then reports the slot in sync.
 *   <li>When {@code target[0]} is another member and is in sync, the primary hands the slot over to it by itself; from
 *       then on that member reports it as primary. The next table says so.
 *   <li>Tables may be older than a handover. A primary that has handed over does not take the slot back because a table
 *       still names it, as long as the heir is among the table's members in the same life. A handover carries the epoch
 *       of the table by which it was made; for that slot the heir disregards older tables that reach it later.
 *   <li>A slot whose owners do not include the node any more may be forgotten.
 * </ul>
 */
public final class Cluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Membership membership;
    private final Bus bus;

    private Cluster(Membership membership) {
        this.membership = membership;
        this.bus = membership.bus();
    }

    /**
     * Joins the cluster as a node that knows no table; see {@link #start(BusConfig, Member, SlotTable,
     * ClusterListener)}.
     */
    public static Cluster start(BusConfig config, Member self, ClusterListener listener) throws IOException {
        return start(config, self, SlotTable.NONE, listener);
    }

    /**
     * Joins the cluster, or begins one when no seed answers. Returns once the node is on the bus; the first table comes
     * through the listener soon after.
     *
     * @param knownTable the last table kept on disk, or {@link SlotTable#NONE}. It is not served by; it keeps a cluster
     *     that starts anew from taking slots for new and empty whose data lies on nodes that are not up yet
     * @throws IOException with one plain sentence when the node cannot take part (a port in use, a foreign address)
     */
    public static Cluster start(BusConfig config, Member self, SlotTable knownTable, ClusterListener listener)
            throws IOException {
        Cluster cluster = new Cluster(new Membership(config, self, knownTable, listener));
        if (cluster.bus.size() <= 1 && BusStack.hasOthers(config)) {
            LOG.info("none of {} answered yet; going on without them and looking on", config.seeds());
        }
        return cluster;
    }

    // ---- what it tells ---------------------------------------------------------------------------------------------

    /** The newest table; {@link SlotTable#NONE} before the first. One volatile read. */
    public SlotTable table() {
        return membership.table();
    }

    /** This node as it announces itself. */
    public Member self() {
        return membership.self();
    }

    /** The members that can be reached now, this one among them, sorted by id. */
    public List<Member> reachable() {
        return membership.reachable();
    }

    /** Whether this node makes the tables at present. */
    public boolean isCoordinator() {
        return membership.coordinates();
    }

    /** The node that makes the tables at present; null before the first view. */
    public @Nullable NodeId coordinator() {
        return membership.leader();
    }

    /** The traffic with each other member in the view. */
    public Map<NodeId, LinkStats> links() {
        return bus.links();
    }

    // ---- what it is told -------------------------------------------------------------------------------------------

    /**
     * Sends bytes to a member: reliably, and in order with all others sent so to that member. Waits while too many
     * unacknowledged messages are under way to a member that does not take them, at the longest until failure detection
     * removes it. The buffer may be reused after the call.
     *
     * @return false when the member is not in the view or this node is closing; true says that it is under way
     */
    public boolean send(NodeId to, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return !membership.isClosed() && bus.send(to, buffer, offset, length, true);
    }

    /**
     * As {@link #send}, but out of order with everything else, never waiting, and lost if the link breaks: for
     * acknowledgements that later ones repeat.
     */
    public boolean sendUnordered(NodeId to, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return !membership.isClosed() && bus.send(to, buffer, offset, length, false);
    }

    /** What this node holds has changed: it is reported within some 20 ms, together with further changes until then. */
    public void holdingsChanged() {
        membership.holdingsChanged();
    }

    /**
     * Asks another member to hand over what it has and to stop.
     *
     * @return false when it is not in the view
     */
    public boolean askToLeave(NodeId node) {
        Identity life = bus.life(node);
        if (life == null || membership.isClosed()) {
            return false;
        }
        bus.post(life, MailKind.LEAVE, new byte[0]);
        return true;
    }

    /** Announces another weight; 0 asks the cluster to move everything off this node. */
    public void setWeight(int weight) {
        membership.setWeight(weight);
    }

    /**
     * Breaks the link to a member on purpose, on this side: what is cut is lost without a sound until it is healed,
     * also when the other node restarts. Replaces what was cut of this link before.
     *
     * @throws IllegalArgumentException when the member is this node, or its address cannot be resolved
     */
    public void breakLink(Member other, LinkCut cut) {
        if (other.id().equals(membership.identity().id())) {
            throw new IllegalArgumentException("a node has no link to itself");
        }
        try {
            bus.brokenLinks().cut(other, new IpAddress(other.host(), other.busPort()), cut);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("the address of " + other.host() + " is unknown", e);
        }
        LOG.warn("the link to node {} at {} is broken on purpose: {}", other.id(), other.address(), cut);
    }

    /** Heals a link that this node has broken; false when it has not. */
    public boolean healLink(NodeId node) {
        boolean healed = bus.brokenLinks().heal(node);
        if (healed) {
            LOG.info("the link to node {} is healed", node);
        }
        return healed;
    }

    /** The links that this node has broken, by the member at the other end as it was then. */
    public Map<Member, LinkCut> brokenLinks() {
        return bus.brokenLinks().cuts();
    }

    /**
     * This node has stood still, for so long that others may have gone on without it: it asks them, and ends with
     * {@link ClusterListener#standingClear}. Cheap while a doubt lasts.
     */
    public void doubtStanding() {
        membership.doubtStanding();
    }

    /** Has the membership thread run a task soon, whatever else waits for it. */
    public void execute(Runnable task) {
        membership.execute(task);
    }

    /** Has the coordinator plan again on what this node holds. */
    public void replan() {
        holdingsChanged();
    }

    /** Says good-bye to the others and stops. The others react at once. */
    public void leave() {
        close();
    }

    /** The same as {@link #leave}. */
    @Override
    public void close() {
        membership.close();
    }

    /** How many destinations the bus keeps a queue for. */
    int destinations() {
        return bus.destinations();
    }

    /** Has the bus never merge what it finds apart. */
    void stopMerging() {
        bus.stopMerging();
    }

    /** Stops without a word, as the death of the process would. */
    void crash() {
        membership.crash();
    }
}
