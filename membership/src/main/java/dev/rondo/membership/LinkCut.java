package dev.rondo.membership;

/** What of a link between two nodes is cut, as seen from the node that cuts it. */
public enum LinkCut {
    /** What the other node sends does not arrive here. */
    INCOMING,
    /** What this node sends does not arrive there. */
    OUTGOING,
    /** Neither. */
    BOTH;

    boolean cutsIncoming() {
        return this != OUTGOING;
    }

    boolean cutsOutgoing() {
        return this != INCOMING;
    }
}
