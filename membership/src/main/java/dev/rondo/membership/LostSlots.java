package dev.rondo.membership;

/** What to do with a slot when no reachable member has its data. */
public enum LostSlots {
    /** The slot stays without an owner until a member that has its data returns. */
    WAIT,
    /** The slot is given up and begins anew, empty. */
    RESET
}
