package dev.rondo.membership;

import java.util.List;

/**
 * What {@link Cluster} asks of, and tells, the node it belongs to.
 *
 * <p>{@link #holdings}, {@link #tableChanged}, {@link #viewChanged} and {@link #refused} are called one at a time from
 * the cluster's single membership thread; they may take locks for a short time but must not wait for the network,
 * because failover waits for them. {@link #received} is called from the bus's threads.
 */
public interface ClusterListener {

    /**
     * The slots this node serves and has complete copies of, now. Called on the membership thread, and always after
     * {@link #tableChanged} has returned for the newest table: what that table gave this node (a promotion, slots born
     * empty) must be counted.
     */
    Holdings holdings();

    /**
     * A newer table holds. When this returns, the node acts by {@code next}, and {@link #holdings} reflects it.
     *
     * @param previous the table before; {@link SlotTable#NONE} at first
     * @param next the table with the higher epoch, already returned by {@link Cluster#table()}
     */
    void tableChanged(SlotTable previous, SlotTable next);

    /** The members that can be reached changed; this node is among them. Sorted by id. */
    void viewChanged(List<Member> reachable);

    /**
     * A message sent with {@link Cluster#send} or {@link Cluster#sendUnordered} has arrived. Messages sent with
     * {@code send} by one sender arrive in order, one at a time; those of different senders, and unordered ones, arrive
     * at the same time on several threads. The buffer must not be kept or changed after the call. Blocking here holds
     * up the one sender only.
     *
     * @param from the id of the sender
     * @param fromIncarnation its incarnation, so that words of a former life can be told apart
     */
    void received(NodeId from, long fromIncarnation, byte[] buffer, int offset, int length);

    /**
     * The cluster refuses this node, which gets no slots and should stop.
     *
     * @param sentence the reason, in one plain sentence for the user
     */
    void refused(String sentence);

    /**
     * Others went on without this node, as they say; until {@link #standingClear} it should not act as a member. Called
     * from the membership thread.
     */
    void standingInDoubt();

    /**
     * A doubt whether this node was replaced has ended: it acts by its newest table again. Called on the membership
     * thread, after {@link #tableChanged} when there was a newer table.
     *
     * @param trueAtNs the moment, by {@link System#nanoTime}, at which this was so
     */
    void standingClear(long trueAtNs);

    /** An operator asked this node, through another one, to hand over what it has and to stop. */
    void askedToLeave(NodeId through);
}
